module casebackup.io/test/tools/prometheus-config-reloader

go 1.26.0

require github.com/prometheus-operator/prometheus-operator v0.88.0
