# One image for both halves: the job is its entry point, the controller is `node cmd/controller/main.ts`. No shell is
# needed in it but while it is built, and no /usr/share/zoneinfo: time zones are Node's own (ICU).
# A release pins the base by its digest: docs/release.md.
ARG BASE=docker.io/library/node:24.22.1-bookworm-slim

FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Half of it is for editors and debuggers: declarations and source maps.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && \
    find node_modules -type f \( -name '*.d.ts' -o -name '*.d.[cm]ts' -o -name '*.map' \) -delete

FROM ${BASE} AS program
WORKDIR /app
# glibc: contents come and go by the GB, and pieces of a few that stay would keep whole arenas; 45 MiB less for the job.
ENV MALLOC_ARENA_MAX=2
ENV MALLOC_MMAP_THRESHOLD_=131072
ENV MALLOC_TRIM_THRESHOLD_=4194304
# What a night has under way outlives a smaller young generation, which V8 chooses in a small container: a fifth of the CPU
# of a small file, for 10 MiB.
ENV NODE_OPTIONS=--max-semi-space-size=4
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY cmd cmd
COPY src src
USER 10001:10001

# What Node makes of the sources, made once: half of the CPU that a start takes. The second line loads what a run loads
# while its connections are on their way. It is for this user alone, by whose number Node looks for it, and nobody may
# change it: it belongs to root.
FROM program AS compiled
RUN export NODE_COMPILE_CACHE=/tmp/compiled && node cmd/backup-job/main.ts --version && \
    node --eval "import('/app/cmd/backup-job/load-run.ts').then(({ loadRun }) => loadRun())" && \
    chmod -R a+rX /tmp/compiled

FROM program
COPY --from=compiled --chown=0:0 /tmp/compiled compiled
ENV NODE_COMPILE_CACHE=/app/compiled
ENTRYPOINT ["node", "cmd/backup-job/main.ts"]
CMD ["run"]
# Last, since these change with every commit and nothing else need be made anew for them.
ARG BASE
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="case-backup" \
      org.opencontainers.image.description="Nightly verified ZIP backups of a tree of case folders: the job and its controller" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/case-backup/case-backup" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
