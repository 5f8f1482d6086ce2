// What a release of Kubernetes is made of is in its kubernetes-*.mod; Go wants this file beside them.
module casebackup.io/test/cluster/crd-check

go 1.26.0
