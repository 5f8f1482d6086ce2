// Package main is the Kubernetes of the tests: etcd, the API server, the controller manager and kubectl in one
// binary, chosen by the first argument, and three small programs of ours. No kubelet, no scheduler: the tests play
// them, and leaving them out saves a third of the build.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

var programs = map[string]func(args []string) int{
	"etcd": func(args []string) int {
		etcdmain.Main(args)
		return 0
	},
	"kube-apiserver": func([]string) int {
		return cli.Run(apiserver.NewAPIServerCommand())
	},
	"kube-controller-manager": func([]string) int {
		return cli.Run(controllermanager.NewControllerManagerCommand())
	},
	"kubectl": func([]string) int {
		return cli.Run(kubectl.NewDefaultKubectlCommand())
	},
	"certs": func(args []string) int {
		return report(writeCertificates(args[1:]))
	},
	"cron-next": func([]string) int {
		return report(answerCronQuestions(os.Stdin, os.Stdout))
	},
}

func main() {
	if len(os.Args) < 2 || programs[os.Args[1]] == nil {
		names := make([]string, 0, len(programs))
		for name := range programs {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintln(os.Stderr, "usage: kubernetes", strings.Join(names, " | "), "…")
		os.Exit(2)
	}
	dieWithParent()
	// Each program reads its own name and flags from os.Args, as if it were the whole binary.
	os.Args = os.Args[1:]
	os.Exit(programs[os.Args[0]](os.Args))
}

func report(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
