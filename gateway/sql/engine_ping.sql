-- Does the engine answer, and which version is it?
SELECT version() AS version
