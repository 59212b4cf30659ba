-- Which versions of models were ever active, and what did they say?
SELECT id, version, body
FROM models FINAL
ORDER BY id, version
