-- How well is each person known who touched this account, and what is their role worth?
SELECT profile_id, toUInt8(score_people.identified) AS identified, toFloat64(score_people.role) AS role
FROM score_people
