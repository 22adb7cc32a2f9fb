using System.Text.Json.Nodes;
using k8s;

namespace CheckpointOperator.ControlPlane.Tests.Plugin;

/// <summary>What kubectl-checkpoint says where something is wrong: the API's words as kubectl tells them, and its exit codes.</summary>
public sealed class PluginErrorTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_not_there_is_told_as_kubectl_tells_it()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        string expected = (await controlPlane.Kubectl.TryAsync("get", "containercheckpoint", "nothing", "-n", space.Name)).Error;
        foreach (string command in (string[])["ls", "describe", "rm", "pull", "wait"])
            Assert.Equal((1, "", expected), await controlPlane.Plugin.TryAsync(command, "nothing", "-n", space.Name));
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_in_its_words()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        (int exitCode, _, string error) = await controlPlane.Plugin.TryAsync("create", "Bad_Name", "--name", "first", "-n", space.Name);
        Assert.Equal(1, exitCode);
        Assert.StartsWith("Error from server (Invalid): ContainerCheckpoint.checkpoint-operator.io \"first\" is invalid: spec.pod", error, StringComparison.Ordinal);

        await controlPlane.Plugin.RunAsync("create", "web", "--name", "first", "-n", space.Name);
        (_, _, error) = await controlPlane.Plugin.TryAsync("create", "web", "--name", "first", "-n", space.Name);
        Assert.Equal("Error from server (AlreadyExists): containercheckpoints.checkpoint-operator.io \"first\" already exists\n", error);
    }

    [Fact]
    public async Task Who_may_not_is_told_so_by_the_authorizer()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        KubernetesClientConfiguration account = await AccountConnection.ConfigurationAsync(controlPlane, "default", space.Name);
        string file = await KubeconfigAsync(space, account.AccessToken);
        (int exitCode, _, string error) = await controlPlane.Plugin.TryAsync("ls", "-n", space.Name, "--kubeconfig", file);
        string expected = (await controlPlane.Kubectl.TryAsync("get", "containercheckpoints", "-n", space.Name, "--kubeconfig", file)).Error;
        File.Delete(file);
        Assert.Equal((1, expected), (exitCode, error));
        Assert.StartsWith("Error from server (Forbidden)", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_or_a_kubeconfig_that_is_not_there_and_a_server_that_does_not_answer_are_named()
    {
        Assert.Contains("nowhere", (await FailedAsync(1, "ls", "--context", "nowhere")), StringComparison.Ordinal);
        Assert.Contains("/no/such/file", (await FailedAsync(1, "ls", "--kubeconfig", "/no/such/file")), StringComparison.Ordinal);
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.kubeconfig");
        // Nothing listens on the port of discard.
        await File.WriteAllTextAsync(file, """{"apiVersion":"v1","kind":"Config","current-context":"a","contexts":[{"name":"a","context":{"cluster":"a","user":"a"}}],"clusters":[{"name":"a","cluster":{"server":"https://127.0.0.1:9"}}],"users":[{"name":"a","user":{"token":"t"}}]}""", Cancelled);
        Assert.StartsWith("error: the API server cannot be reached: ", await FailedAsync(1, "ls", "--kubeconfig", file), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData("ls", "-o", "xml")]
    [InlineData("create")]
    [InlineData("wait", "first", "--timeout", "soon")]
    [InlineData("wait", "first", "--for", "luck")]
    [InlineData("describe", "car/first")]
    [InlineData("ls", "first", "-A")]
    [InlineData("fly")]
    public async Task A_command_line_that_says_nothing_ends_with_2(params string[] arguments) => Assert.NotEmpty(await FailedAsync(2, arguments));

    [Fact]
    public async Task What_has_no_archive_is_not_pulled_and_a_file_is_not_overwritten()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.CheckpointAsync("early", "nobody");
        Assert.Contains("has no archive to pull", await FailedAsync(1, "pull", "early", "-n", space.Name), StringComparison.Ordinal);

        await space.ReadyCheckpointAsync("first", "web");
        string folder = Directory.CreateTempSubdirectory().FullName;
        string file = Path.Combine(folder, "first.tar");
        await File.WriteAllTextAsync(file, "mine", Cancelled);
        Assert.Contains("--force", await FailedAsync(1, "pull", "first", folder, "-n", space.Name), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, Cancelled));
        // An agent that is not there has no image to tell.
        Assert.Contains(space.NodeName, await FailedAsync(1, "pull", "first", Path.Combine(folder, "other.tar"), "-n", space.Name, "--system-namespace", space.Name), StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_Pod_of_a_pull_sees_one_file_without_rights_and_goes_with_it()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        string folder = Directory.CreateTempSubdirectory().FullName;
        Task<string> pull = FailedAsync(4, "pull", "first", Path.Combine(folder, "first.tar"), "-n", space.Name, "--system-namespace", space.Name, "--image", "none:1", "--timeout", "15s");

        V1Pod pod = await UntilReaderAsync(space);
        Assert.Equal(space.NodeName, pod.Spec.NodeName);
        V1HostPathVolumeSource archive = Assert.Single(pod.Spec.Volumes).HostPath;
        Assert.Equal(("/archive.tar", "File"), (archive.Path, archive.Type));
        V1Container container = Assert.Single(pod.Spec.Containers);
        Assert.True(Assert.Single(container.VolumeMounts).ReadOnlyProperty);
        Assert.Equal((false, true, "ALL"), (container.SecurityContext.AllowPrivilegeEscalation, container.SecurityContext.ReadOnlyRootFilesystem, Assert.Single(container.SecurityContext.Capabilities.Drop)));
        Assert.Equal((false, 15L), (pod.Spec.AutomountServiceAccountToken, pod.Spec.ActiveDeadlineSeconds));
        Assert.Contains("timed out after 15s", await pull, StringComparison.Ordinal);
        Assert.Null(await space.Pods.GetAsync(space.Key(pod.Metadata.Name), Cancelled));
        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder);
    }

    private static async Task<V1Pod> UntilReaderAsync(TestNamespace space)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TestNamespace.Limit);
        ResourceScope readers = new(space.Name, LabelSelector: "app.kubernetes.io/component=reader");
        while (true)
        {
            if ((await space.Pods.ListAsync(readers, limit.Token)).Items is [V1Pod pod])
                return pod;
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }

    private async Task<string> FailedAsync(int exitCode, params string[] arguments)
    {
        (int actual, string output, string error) = await controlPlane.Plugin.TryAsync(arguments);
        Assert.True((actual, output) == (exitCode, ""), $"kubectl-checkpoint {string.Join(' ', arguments)} ended with {actual}: {error}{output}");
        return error;
    }

    private async Task<string> KubeconfigAsync(TestNamespace space, string token)
    {
        JsonNode given = JsonNode.Parse(await controlPlane.Kubectl.RunAsync("config", "view", "--raw", "--minify", "-o", "json"))!;
        given["users"]![0]!["user"] = new JsonObject { ["token"] = token };
        string file = Path.Combine(Path.GetTempPath(), $"{space.Name}.kubeconfig");
        await File.WriteAllTextAsync(file, given.ToJsonString(), Cancelled);
        return file;
    }
}
