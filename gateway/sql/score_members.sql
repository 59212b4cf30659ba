-- Whose touches without a group id go to these accounts, on which days, how certainly?
SELECT profile_id, account_id, certainty, arrayJoin(primary_spans) AS span
FROM memberships FINAL
WHERE account_id IN (SELECT account_id FROM score_dirty)
