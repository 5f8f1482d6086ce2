module casebackup.io/test/tools/helm-docs

go 1.26.0

require github.com/norwoodj/helm-docs v1.14.2
