-- Writes identifier_traits: what is new of the traits that are not doubtful, or (is_history) of those that were.
SELECT
    owner_type AS identifier_type, owner AS identifier, name,
    latest.1 AS value, latest.2 AS source_id, latest.3 AS trust, latest.4 AS set_at, latest_rank AS rank, 1 AS version, latest_rank = 0 AS is_deleted
FROM stitch_traits
WHERE latest_rank != stored_rank
  AND ((owner_type, owner, name) IN (SELECT owner_type, owner, name FROM stitch_doubtful)) = {is_history:UInt8}
