-- Writes account_reasons.
SELECT
    account_id, {model:String} AS model, {model_version:UInt32} AS model_version, toDate32(asof) AS day,
    arrayMap(part -> part.1, reasons) AS kinds, arrayMap(part -> part.2, reasons) AS profiles, arrayMap(part -> part.3, reasons) AS types,
    arrayMap(part -> part.4, reasons) AS topics, arrayMap(part -> part.5, reasons) AS categories, arrayMap(part -> part.6, reasons) AS points,
    arrayMap(part -> part.7, reasons) AS counts, arrayMap(part -> part.8, reasons) AS last_ats
FROM score_parts
