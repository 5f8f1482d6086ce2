module casebackup.io/bench/line

go 1.26.0
