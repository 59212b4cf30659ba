-- One account on one day, in the form of score_dirty.
SELECT {account_id:String} AS account_id, {to_day:Int32} AS from_day
