-- A snapshot lists the issue numbers that are not valid any more; few QIDs have any.
-- Before the first release no table is so large that a writer would wait for this.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX qid_reissued ON qid (qid, issue_no) WHERE issue_no > 1;
