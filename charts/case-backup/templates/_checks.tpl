{{/* What a schema can't say of values: each faulty thing ends the rendering with its key and what to do. */}}
{{- define "case-backup.checks" -}}
{{- include "case-backup.checkName" . -}}
{{- include "case-backup.checkOtherRelease" . -}}
{{- include "case-backup.checkSecrets" . -}}
{{- include "case-backup.checkPolicies" . -}}
{{- include "case-backup.checkJobPodKeys" . -}}
{{- with .Values.controller.podDisruptionBudget -}}
{{- if and .enabled (eq (toString .minAvailable) "") (eq (toString .maxUnavailable) "") -}}
{{- fail "controller.podDisruptionBudget: neither minAvailable nor maxUnavailable is given; say one of them" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A policy that nobody serves would lie there without a word, and without a backup. */}}
{{- define "case-backup.checkPolicies" -}}
{{- $served := include "case-backup.servedNamespaces" . | fromJsonArray -}}
{{- $seen := dict -}}
{{- range $index, $policy := .Values.policies -}}
{{- $namespace := $policy.namespace | default $.Release.Namespace -}}
{{- $key := printf "policies[%d] (%s)" $index $policy.name -}}
{{- if and $served (not (has $namespace $served)) -}}
{{- fail (printf "%s: namespace %q is not served, so no backup would be made; scope.mode is %s, which serves %s: add the namespace to scope.namespaces (mode Namespaces), or choose another" $key $namespace $.Values.scope.mode (join ", " $served)) -}}
{{- end -}}
{{- $id := printf "%s/%s" $namespace $policy.name -}}
{{- if hasKey $seen $id -}}
{{- fail (printf "%s: namespace %q has a policy of this name already, policies[%d]" $key $namespace (get $seen $id)) -}}
{{- end -}}
{{- $_ := set $seen $id $index -}}
{{- end -}}
{{- end -}}

{{/* As the controller judges its --job-pod file: by some of these a pod's security can be taken away. */}}
{{- define "case-backup.checkJobPodKeys" -}}
{{- range $field, $map := pick .Values.jobs.pod "labels" "annotations" -}}
{{- range $key, $_ := $map -}}
{{- $owned := regexMatch "^job-name$|^controller-uid$|^io[.]kubernetes[.]|^([^/]*[.])?(casebackup[.]io|kubernetes[.]io|k8s[.]io)/" $key -}}
{{- if and $owned (not (hasPrefix "cluster-autoscaler.kubernetes.io/" $key)) -}}
{{- fail (printf "jobs.pod.%s: %s is set by Kubernetes or case-backup itself; of their keys, only those of the cluster autoscaler may be given" $field $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Helm takes releases called 2nd or office.berlin, and Kubernetes no Service that is called so. */}}
{{- define "case-backup.checkName" -}}
{{- $fullname := include "case-backup.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) -}}
{{- fail (printf "the objects of release %q would be called %s-…, and the name of a Service has to begin with a letter and has no dots: set fullnameOverride, or call the release otherwise" .Release.Name $fullname) -}}
{{- end -}}
{{- end -}}
