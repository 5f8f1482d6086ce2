{{- define "case-backup.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* 40 characters leave room for the longest ending, -controller-metrics, in the 63 of a Service. */}}
{{- define "case-backup.fullname" -}}
{{- $name := include "case-backup.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "case-backup.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The Deployment, its Roles and their bindings; as in k8s/controller.yaml for a release called case-backup. */}}
{{- define "case-backup.controllerName" -}}
{{- printf "%s-controller" (include "case-backup.fullname" .) -}}
{{- end -}}

{{- define "case-backup.controllerServiceAccount" -}}
{{- with .Values.controller.serviceAccount -}}
{{- .name | default (ternary (include "case-backup.controllerName" $) "default" .create) -}}
{{- end -}}
{{- end -}}

{{- define "case-backup.makesJobServiceAccount" -}}
{{- if and .Values.jobs.serviceAccount.create (ne .Values.scope.mode "Cluster") }}true{{ end -}}
{{- end -}}

{{/* In mode Cluster the chart can't make one in namespaces that it does not know; every namespace has `default`. */}}
{{- define "case-backup.jobServiceAccount" -}}
{{- $made := include "case-backup.makesJobServiceAccount" . | eq "true" -}}
{{- .Values.jobs.serviceAccount.name | default (ternary (printf "%s-job" (include "case-backup.fullname" .)) "default" $made) -}}
{{- end -}}

{{/* The namespaces whose policies are served, as a JSON array; empty for the whole cluster. */}}
{{- define "case-backup.servedNamespaces" -}}
{{- if eq .Values.scope.mode "Namespace" -}}
{{- list .Release.Namespace | toJson -}}
{{- else if eq .Values.scope.mode "Namespaces" -}}
{{- .Values.scope.namespaces | uniq | sortAlpha | toJson -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}
