-- What is the latest that was said, of these events and of what is stored? Nothing, where rank is 0.
-- What is stored is doubtful when only a copy without weight says so: then what others said before has to be looked up (is_history).
SELECT
    owner_type, owner, name,
    argMaxIf(said, rank, is_told OR is_trusted) AS latest, maxIf(rank, is_told OR is_trusted) AS latest_rank, maxIf(rank, is_stored) AS stored_rank,
    max(is_stored AND is_refuted AND NOT is_told) AS is_doubtful
FROM
(
    SELECT
        owner_type, owner, name, rank, any((value, source, trusted, said_at)) AS said,
        max(is_valid = 1) AS is_told, max(is_valid = 0) AS is_refuted, max(is_valid = 2) AS is_stored,
        is_stored AND NOT is_refuted AND NOT {is_history:UInt8} AS is_trusted
    FROM
    (
        SELECT owner_type, owner, name, value, source, trusted, said_at, rank, toUInt8(is_valid) AS is_valid
        FROM stitch_sayings
        UNION ALL
        SELECT toString(identifier_type), identifier, name, value, toString(source_id), toString(trust), set_at, rank, 2
        FROM identifier_traits FINAL
        WHERE (identifier_type, identifier) IN (SELECT owner_type, owner FROM stitch_sayings)
    )
    GROUP BY owner_type, owner, name, rank
)
GROUP BY owner_type, owner, name
HAVING latest_rank != stored_rank OR is_doubtful
