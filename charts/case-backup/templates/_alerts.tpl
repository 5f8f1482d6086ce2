{{/*
The groups of files/alerts/, as values would have them. A rule says by `group` where it belongs; an alert that is switched
off is left out, and a group that has lost all its rules as well.
*/}}
{{- define "case-backup.ruleGroups" -}}
{{- $groups := list -}}
{{- $names := list "policies" "controller" -}}
{{- if .Values.alerts.kubeStateMetrics.enabled -}}{{- $names = append $names "kube-state-metrics" -}}{{- end -}}
{{- $rules := concat (.Files.Get "files/alerts/recording.yaml" | fromYamlArray) (include "case-backup.alerts" . | fromYamlArray) -}}
{{- range $name := $names -}}
{{- $own := list -}}
{{- range $rule := $rules -}}
{{- if eq $rule.group $name -}}{{- $own = append $own (omit $rule "group") -}}{{- end -}}
{{- end -}}
{{- if $own -}}{{- $groups = append $groups (dict "name" (printf "case-backup.%s" $name) "rules" $own) -}}{{- end -}}
{{- end -}}
{{- with .Values.alerts.additionalRules -}}{{- $groups = append $groups (dict "name" "case-backup.additional" "rules" .) -}}{{- end -}}
{{- toYaml $groups -}}
{{- end -}}

{{/*
Every alert that is on, as a list. RELEASE_NAMESPACE, EXPECTED_NAMESPACE and EXPECTED_POLICY stand for what only values know.
*/}}
{{- define "case-backup.alerts" -}}
{{- $alerts := list -}}
{{- range $path, $_ := .Files.Glob "files/alerts/CaseBackup*.yaml" -}}
{{- $text := $.Files.Get $path | replace "RELEASE_NAMESPACE" $.Release.Namespace -}}
{{- $name := base $path | trimSuffix ".yaml" -}}
{{- if has $name $.Values.alerts.disabled -}}
{{- else if contains "EXPECTED_POLICY" $text -}}
{{- range $.Values.alerts.expectedPolicies -}}
{{- $filled := $text | replace "EXPECTED_NAMESPACE" .namespace | replace "EXPECTED_POLICY" .name -}}
{{- $alerts = append $alerts (include "case-backup.alert" (dict "root" $ "alert" (fromYaml $filled)) | fromYaml) -}}
{{- end -}}
{{- else -}}
{{- $alerts = append $alerts (include "case-backup.alert" (dict "root" $ "alert" (fromYaml $text)) | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- toYaml $alerts -}}
{{- end -}}

{{/*
One alert with its runbook, the labels of all alerts, and what alerts.overrides says of it.
*/}}
{{- define "case-backup.alert" -}}
{{- $values := .root.Values.alerts -}}
{{- $other := get $values.overrides .alert.alert | default dict -}}
{{- $severity := $other.severity | default .alert.labels.severity -}}
{{- $labels := mergeOverwrite dict .alert.labels $values.ruleLabels ($other.labels | default dict) (dict "severity" $severity) -}}
{{- $runbook := ternary (dict "runbook_url" ($values.runbookUrl | replace "%s" .alert.alert)) dict (ne $values.runbookUrl "") -}}
{{- $changed := dict "labels" $labels "annotations" (merge $runbook .alert.annotations) "for" ($other.for | default .alert.for) -}}
{{- with $other.keepFiringFor -}}{{- $_ := set $changed "keep_firing_for" . -}}{{- end -}}
{{- toYaml (mergeOverwrite .alert $changed) -}}
{{- end -}}
