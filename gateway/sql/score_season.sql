-- What is the season of a day: that of the latest closed day before it?
SELECT s, phi
FROM surge_baseline FINAL
WHERE day < {through:Date32}
ORDER BY day DESC
LIMIT 1
