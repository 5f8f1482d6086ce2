// Package main asks one release of Kubernetes what is wrong with a CustomResourceDefinition (JSON on stdin), by the very
// validation that its API server runs when one is created, the estimated cost of each CEL rule included. It says one
// fault a line.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apimachinery/pkg/runtime"
)

func main() {
	if err := check(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(in io.Reader, out io.Writer) error {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	var given v1.CustomResourceDefinition
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil {
		return fmt.Errorf("not a CustomResourceDefinition: %w", err)
	}
	scheme.Default(&given)
	var crd apiextensions.CustomResourceDefinition
	if err := scheme.Convert(&given, &crd, nil); err != nil {
		return err
	}
	// The server's strategy does this before it validates (pkg/registry/customresourcedefinition).
	for _, version := range crd.Spec.Versions {
		if version.Storage {
			crd.Status.StoredVersions = []string{version.Name}
		}
	}
	for _, fault := range validation.ValidateCustomResourceDefinition(context.Background(), &crd) {
		fmt.Fprintln(out, fault)
	}
	return nil
}
