-- A public key stands in every page, so it may be shown again. '' for all other keys, and for those made before there was this column.
ALTER TABLE keys ADD COLUMN IF NOT EXISTS public_key String
