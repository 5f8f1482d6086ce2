module casebackup.io/test/tools/kube-state-metrics

go 1.26.0

require (
	// Only so that both are made of the same modules, most of which are then compiled once.
	github.com/prometheus-operator/prometheus-operator v0.88.0
	k8s.io/kube-state-metrics/v2 v2.18.0
)
