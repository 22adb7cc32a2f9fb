namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>An operator that is held to one namespace, with the rights of config/namespaced and no others.</summary>
public sealed class NamespacedTests(TestControlPlane controlPlane)
{
    private const string Account = "namespaced";

    [Fact]
    public async Task It_checkpoints_and_restores_in_its_namespace_and_may_do_nothing_in_others()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace other = await TestNamespace.CreateAsync(controlPlane);
        string file = Path.Combine(Path.GetTempPath(), $"{space.Name}.yaml");
        await File.WriteAllTextAsync(file, Rights(space.Name), TestContext.Current.CancellationToken);
        try
        {
            await controlPlane.Kubectl.RunAsync("apply", "-f", file);
            await using RunningOperator running = await RunningOperator.StartWithAccountAsync(space, Account);
            await other.Kubelet.StartPodAsync("web");
            await other.CheckpointAsync("first", "web");

            await space.ReadyCheckpointAsync("first", "web");
            await space.UntilEventAsync("first", "Assigned");
            await space.RestoreAsync("copy", "first");
            // Where config/admission is in force it knows the installation's account alone, and this one is the test's.
            if (controlPlane.KnowsAdmissionPolicies)
                await space.UntilRestoreAsync("copy", current => current.Status.Message?.Contains("are set by the operator alone", StringComparison.Ordinal) == true, "is refused its Pod");
            else
                await space.UntilAsync<V1Pod>("copy", pod => pod is not null, "is made");
            V1Alpha1ContainerCheckpoint untouched = (await other.Checkpoints.GetAsync(other.Key("first"), TestContext.Current.CancellationToken))!;
            Assert.Null(untouched.Status.Phase);

            // By its account's rights, not only by its setting.
            string user = $"system:serviceaccount:{space.Name}:{Account}";
            foreach (string[] right in new string[][] { ["create", "pods"], ["list", "pods"], ["list", "containercheckpoints.checkpoint-operator.io"], ["create", "events"] })
            {
                Assert.Equal("yes", await AskAsync(user, space.Name, right));
                Assert.Equal("no", await AskAsync(user, other.Name, right));
            }
        }
        finally
        {
            await controlPlane.Kubectl.RunAsync("delete", "-f", file, "--ignore-not-found");
            File.Delete(file);
        }
    }

    private async Task<string> AskAsync(string user, string @namespace, string[] right) =>
        (await controlPlane.Kubectl.TryAsync(["auth", "can-i", "--as", user, "-n", @namespace, .. right])).Output.Trim();

    // The files' own rules, under names of this test's own: config/rbac's account serves other tests, with the rights of the whole cluster.
    private static string Rights(string space)
    {
        string role = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "config", "namespaced", "role.yaml"));
        string clusterRole = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "config", "namespaced", "clusterrole.yaml"));
        string all = $$"""
            {{role}}
            ---
            {{clusterRole}}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: {{Account}}, namespace: {{space}}}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: {{Account}}-{{space}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{Account}}-{{space}}}
            subjects: [{kind: ServiceAccount, name: {{Account}}, namespace: {{space}}}]
            """;
        string rights = all.Replace("team-a", space, StringComparison.Ordinal)
            .Replace("name: checkpoint-operator\n    namespace: checkpoint-operator-system", $"name: {Account}\n    namespace: {space}", StringComparison.Ordinal)
            .Replace("name: checkpoint-operator\n", $"name: {Account}-{space}\n", StringComparison.Ordinal);
        Assert.DoesNotContain("name: checkpoint-operator", rights, StringComparison.Ordinal);
        return rights;
    }
}
