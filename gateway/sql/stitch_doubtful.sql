-- Of whose traits is what is stored doubtful?
SELECT owner_type, owner, name
FROM stitch_traits
WHERE is_doubtful
