-- What was read before is not there again; what is read now is fit for readers of before.
SELECT 1;
