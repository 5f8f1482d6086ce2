// Package main is what a controller in Go costs when it has nothing to do: controller-runtime's manager, watching
// what our controller watches, with the same selectors. The benchmark compares its memory with ours. It is a binary of
// its own, because the API server's packages in the other one alone take tens of megabytes.
//
// It prints one line of JSON, {"syncedMs": …}, when its cache is complete, and stays until SIGTERM.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func main() {
	namespace := flag.String("namespace", "", "the namespace to watch; all when empty")
	selector := flag.String("selector", "casebackup.io/policy", "label selector of CronJobs, Jobs and Pods")
	policies := flag.String("policies", "CaseBackupPolicy.v1alpha1.casebackup.io", "Kind.version.group of the policies; none when empty")
	metrics := flag.String("metrics", "127.0.0.1:0", "address of /metrics")
	flag.Parse() // controller-runtime adds --kubeconfig
	if err := run(*namespace, *selector, *policies, *metrics); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(namespace, selector, policies, metrics string) error {
	started := time.Now()
	log.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	labelled, err := labels.Parse(selector)
	if err != nil {
		return err
	}
	watched := []client.Object{&batchv1.CronJob{}, &batchv1.Job{}, &corev1.Pod{}}
	selected := map[client.Object]cache.ByObject{}
	for _, object := range watched {
		selected[object] = cache.ByObject{Label: labelled}
	}
	if policies != "" {
		kind, _ := schema.ParseKindArg(policies)
		if kind == nil {
			return fmt.Errorf("not Kind.version.group: %q", policies)
		}
		policy := &unstructured.Unstructured{}
		policy.SetGroupVersionKind(*kind)
		watched = append(watched, policy)
	}
	options := ctrl.Options{
		Scheme:  scheme.Scheme,
		Cache:   cache.Options{ByObject: selected},
		Metrics: server.Options{BindAddress: metrics},
	}
	if namespace != "" {
		options.Cache.DefaultNamespaces = map[string]cache.Config{namespace: {}}
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	manager, err := ctrl.NewManager(config, options)
	if err != nil {
		return err
	}
	if err := addControllers(manager, watched); err != nil {
		return err
	}
	ctx := ctrl.SetupSignalHandler()
	go announceSync(ctx, manager, started)
	return manager.Start(ctx)
}

// addControllers gives each kind an informer and a queue, as a controller that works would have.
func addControllers(manager ctrl.Manager, watched []client.Object) error {
	idle := reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
		return reconcile.Result{}, nil
	})
	for number, object := range watched {
		name := fmt.Sprintf("idle-%d", number)
		if err := ctrl.NewControllerManagedBy(manager).Named(name).For(object).Complete(idle); err != nil {
			return err
		}
	}
	return nil
}

func announceSync(ctx context.Context, manager ctrl.Manager, started time.Time) {
	<-manager.Elected() // closed once the controllers run; without leader election that is after the caches were started
	if manager.GetCache().WaitForCacheSync(ctx) {
		_ = json.NewEncoder(os.Stdout).Encode(map[string]int64{"syncedMs": time.Since(started).Milliseconds()})
	}
}
