module casebackup.io/test/tools/helm3

go 1.26.0

require (
	helm.sh/helm/v3 v3.22.0
	k8s.io/client-go v0.37.0
)
