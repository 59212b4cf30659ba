-- Removes what a server set aside of a table, with all that it holds.
ALTER TABLE {table:Identifier} DROP DETACHED PART {part:String} SETTINGS allow_drop_detached = 1
