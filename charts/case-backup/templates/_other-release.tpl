{{/*
What is the cluster's belongs to one release, and Helm's own words for that say nothing of what to do. A CRD that stayed
behind is nobody's: only a release whose controller stands counts. What is only rendered asks no cluster.
*/}}
{{- define "case-backup.checkOtherRelease" -}}
{{- $fullname := include "case-backup.fullname" . -}}
{{- $shared := list -}}
{{- if .Values.crds.install -}}
{{- range $path, $_ := .Files.Glob "files/crds/*.yaml" -}}
{{- $name := ($.Files.Get $path | fromYaml).metadata.name -}}
{{- $shared = append $shared (list "crds.install" (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name)) -}}
{{- end -}}
{{- end -}}
{{- range $key, $ending := dict "aggregate" "view" "runner" "runner" -}}
{{- if get $.Values.rbac $key -}}
{{- $name := printf "%s-%s" $fullname $ending -}}
{{- $shared = append $shared (list (printf "rbac.%s" $key) (lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" $name)) -}}
{{- end -}}
{{- end -}}
{{- range $pair := $shared -}}
{{- $annotations := dig "metadata" "annotations" dict (index $pair 1) -}}
{{- $owner := get $annotations "meta.helm.sh/release-name" -}}
{{- $namespace := get $annotations "meta.helm.sh/release-namespace" -}}
{{- if and $owner (ne (printf "%s/%s" $namespace $owner) (printf "%s/%s" $.Release.Namespace $.Release.Name)) -}}
{{- range (lookup "apps/v1" "Deployment" $namespace "").items -}}
{{- $labels := .metadata.labels | default dict -}}
{{- if and (eq (get $labels "app.kubernetes.io/instance" | toString) $owner) (eq (get $labels "app.kubernetes.io/part-of" | toString) "case-backup") -}}
{{- fail (printf "%s: release %q in namespace %q makes that for the whole cluster; install this one with --set crds.install=false,rbac.aggregate=false,rbac.runner=false, and let it serve namespaces that no other release serves" (index $pair 0) $owner $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
