-- Writes account_reasons.
SELECT
    account_id, {model:String} AS model, {model_version:UInt32} AS model_version, toDate32(asof) AS day,
    reasons.1 AS kinds, reasons.2 AS profiles, reasons.3 AS types, reasons.4 AS topics, reasons.5 AS parts_of, reasons.6 AS part_points,
    reasons.7 AS counts, reasons.8 AS last_ats
FROM score_parts
