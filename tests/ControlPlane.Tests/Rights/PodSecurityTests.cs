using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>The operator's Pod keeps to the restricted profile of Pod Security: by the standard's own rules, and by the server's admission where it has it (1.25 and later).</summary>
public sealed class PodSecurityTests(TestControlPlane controlPlane)
{
    private static readonly string[] RestrictedVolumes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    [Fact]
    public async Task The_operators_Pod_is_restricted()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        string deployment = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "config/operator/deployment.yaml"), TestContext.Current.CancellationToken);
        // Under another name: another test installs it.
        deployment = deployment.Replace("  name: checkpoint-operator\n  namespace:", $"  name: {space.Name}\n  namespace:", StringComparison.Ordinal);
        JsonObject made = await controlPlane.Wire.ReadAsync(HttpMethod.Post, $"/apis/apps/v1/namespaces/{AccountConnection.SystemNamespace}/deployments?dryRun=All", deployment);
        JsonObject template = made["spec"]!["template"]!.AsObject();
        JsonObject spec = template["spec"]!.AsObject();
        Assert.Empty(Violations(spec));

        // As the admission sees it, in a namespace that is held to the profile.
        await controlPlane.Kubectl.RunAsync("label", "namespace", space.Name, "pod-security.kubernetes.io/enforce=restricted");
        spec["serviceAccountName"] = "default";
        spec.Remove("serviceAccount");
        spec["automountServiceAccountToken"] = false;
        (int code, string text) = await CreateAsync(space, spec);
        Assert.True(code == 201, text);

        // And that it looks: one that is not is refused where the server has that admission.
        spec["containers"]![0]!["securityContext"]!.AsObject().Remove("capabilities");
        Assert.Equal(["containers[0].securityContext.capabilities.drop has to have ALL"], Violations(spec));
        (code, text) = await CreateAsync(space, spec);
        Assert.True(code == (controlPlane.KnowsRules ? 403 : 201), text);
    }

    private Task<(int Code, string Text)> CreateAsync(TestNamespace space, JsonObject spec) => controlPlane.Wire.SendAsync(
        HttpMethod.Post,
        $"/api/v1/namespaces/{space.Name}/pods?dryRun=All",
        new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = new JsonObject { ["name"] = "operator" }, ["spec"] = spec.DeepClone() }.ToJsonString(),
        "application/json");

    // https://kubernetes.io/docs/concepts/security/pod-security-standards/: baseline and restricted, for a Linux Pod.
    private static List<string> Violations(JsonObject spec)
    {
        List<string> violations = [];
        foreach (string host in new[] { "hostNetwork", "hostPID", "hostIPC" })
            Require(violations, spec[host]?.GetValue<bool>() != true, $"{host} has to be false");
        JsonObject? pod = spec["securityContext"]?.AsObject();
        Require(violations, pod?["sysctls"] is null, "securityContext.sysctls has to be left out");
        foreach (JsonNode? volume in spec["volumes"]?.AsArray() ?? [])
            Require(violations, volume!.AsObject().All(member => member.Key == "name" || RestrictedVolumes.Contains(member.Key)), $"volume {volume["name"]} is of a kind that is not restricted");
        foreach (string kind in new[] { "containers", "initContainers", "ephemeralContainers" })
        {
            JsonArray containers = spec[kind]?.AsArray() ?? [];
            for (int index = 0; index < containers.Count; index++)
                Check(violations, $"{kind}[{index}]", containers[index]!.AsObject(), pod);
        }

        return violations;
    }

    private static void Check(List<string> violations, string path, JsonObject container, JsonObject? pod)
    {
        JsonObject? own = container["securityContext"]?.AsObject();
        JsonNode? Setting(string name) => own?[name] ?? pod?[name];
        Require(violations, own?["privileged"]?.GetValue<bool>() != true, $"{path}.securityContext.privileged has to be false");
        Require(violations, own?["allowPrivilegeEscalation"]?.GetValue<bool>() == false, $"{path}.securityContext.allowPrivilegeEscalation has to be false");
        Require(violations, own?["procMount"] is null, $"{path}.securityContext.procMount has to be left out");
        Require(violations, Setting("runAsNonRoot")?.GetValue<bool>() == true, $"{path}.securityContext.runAsNonRoot has to be true");
        Require(violations, Setting("runAsUser")?.GetValue<long>() != 0, $"{path}.securityContext.runAsUser must not be 0");
        Require(violations, Setting("seccompProfile")?["type"]?.GetValue<string>() is "RuntimeDefault" or "Localhost", $"{path}.securityContext.seccompProfile has to be RuntimeDefault");
        JsonNode? capabilities = own?["capabilities"];
        Require(violations, capabilities?["drop"]?.AsArray().Any(name => name!.GetValue<string>() == "ALL") == true, $"{path}.securityContext.capabilities.drop has to have ALL");
        Require(violations, (capabilities?["add"]?.AsArray() ?? []).All(name => name!.GetValue<string>() == "NET_BIND_SERVICE"), $"{path}.securityContext.capabilities.add may have NET_BIND_SERVICE alone");
        foreach (JsonNode? port in container["ports"]?.AsArray() ?? [])
            Require(violations, (port!["hostPort"]?.GetValue<int>() ?? 0) == 0, $"{path} has a hostPort");
    }

    private static void Require(List<string> violations, bool holds, string what)
    {
        if (!holds)
            violations.Add(what);
    }
}
