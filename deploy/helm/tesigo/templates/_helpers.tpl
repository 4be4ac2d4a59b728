{{- define "tesigo.name" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "tesigo.labels" -}}
app.kubernetes.io/name: tesigo
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- /* What never changes between versions: selectors of a Deployment cannot. */ -}}
{{- define "tesigo.selector" -}}
app.kubernetes.io/name: tesigo
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "tesigo.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- /* A pod of ours: .root, .component, .args, .resources; optional .container (more of the container), .config, .secret,
       .volumes, .mounts, .grace, .ports, .metrics (the setting that has it tell its figures at a port). */ -}}
{{- define "tesigo.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "tesigo.labels" . | nindent 4 }}
  annotations:
    # A change of settings is a new pod.
    checksum/config: {{ toJson $root.Values.config | sha256sum }}
spec:
  serviceAccountName: {{ include "tesigo.name" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .grace | default 30 }}
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- if ne .component "migrate" }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "tesigo.selector" . | nindent 10 }}
  {{- end }}
  containers:
    {{- include "tesigo.container" . | nindent 4 }}
    {{- with .beside }}
    {{- include "tesigo.container" . | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 4Gi }
    - name: secret
      secret: { secretName: {{ $root.Values.secret.name }}, defaultMode: 0440 }
    {{- with .secret }}
    - name: backup-secret
      secret: { secretName: {{ .name }}, defaultMode: 0440 }
    {{- end }}
{{- end }}

{{- /* One container of such a pod; `.beside` of a pod is another one, of the same kind. */ -}}
{{- define "tesigo.container" -}}
{{- $root := .root -}}
- name: {{ .component }}
  image: {{ include "tesigo.image" $root }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  args:
    {{- toYaml .args | nindent 4 }}
  env:
    - { name: TESIGO_ENV, value: production }
    {{- range $name, $value := merge (dict) (.config | default dict) $root.Values.config }}
    {{- if ne (toString $value) "" }}
    - { name: {{ $name }}, value: {{ toString $value | quote }} }
    {{- end }}
    {{- end }}
    {{- if and .metrics $root.Values.serviceMonitor.enabled }}
    - { name: METRICS_HOST, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
    - { name: {{ .metrics }}, value: {{ $root.Values.serviceMonitor.port | quote }} }
    {{- end }}
    {{- range $root.Values.secret.keys }}
    - { name: {{ . }}_FILE, value: /run/secrets/site/{{ . }} }
    {{- end }}
    {{- with .secret }}
    {{- range .keys }}
    - { name: {{ . }}_FILE, value: /run/secrets/backup/{{ . }} }
    {{- end }}
    {{- end }}
  {{- $ports := .ports | default list }}
  {{- if and .metrics $root.Values.serviceMonitor.enabled }}
  {{- $ports = append $ports (dict "name" "metrics" "containerPort" (int $root.Values.serviceMonitor.port) "protocol" "TCP") }}
  {{- end }}
  {{- with $ports }}
  ports:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .container }}
  {{- . | nindent 2 }}
  {{- end }}
  resources:
    {{- toYaml .resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    runAsNonRoot: true
    capabilities: { drop: [ALL] }
  volumeMounts:
    - { name: tmp, mountPath: /tmp }
    - { name: secret, mountPath: /run/secrets/site, readOnly: true }
    {{- with .secret }}
    - { name: backup-secret, mountPath: /run/secrets/backup, readOnly: true }
    {{- end }}
    {{- with .mounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
