-- Which seasons are stored for these days?
SELECT toString(stored.day) AS day, s, phi
FROM surge_baseline AS stored FINAL
WHERE stored.day BETWEEN toDate32({from_day:Int32}) AND toDate32({to_day:Int32})
ORDER BY day
