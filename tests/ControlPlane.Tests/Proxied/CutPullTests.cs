using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>A pull whose connection is cut, whose Pod is deleted, or whose API server goes, in the middle of the archive.</summary>
public sealed class CutPullTests(TestControlPlane controlPlane) : IAsyncLifetime
{
    private const int Half = 1 << 20;
    private static readonly byte[] Archive = RandomNumberGenerator.GetBytes(2 * Half);

    private readonly CutExec _exec = new(Archive);
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private TestNamespace _space = null!;
    private RunningOperator _operator = null!;
    private FaultProxy _proxy = null!;
    private string _kubeconfig = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "first.tar");

    public async ValueTask InitializeAsync()
    {
        _space = await TestNamespace.CreateAsync(controlPlane);
        _operator = await RunningOperator.StartAsync(_space);
        await _space.Kubelet.StartPodAsync("web");
        await _space.CheckpointAsync("first", "web");
        V1Alpha1ContainerCheckpoint running = await _space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        await _space.Agent.CompleteAsync(running, new ArchiveStatus { Path = "/archive.tar", SizeBytes = Archive.Length, Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Archive))}", Compression = "none" });
        await _space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Ready, "is Ready");
        _proxy = await FaultProxy.StartAsync(controlPlane, _space.Name);
        _kubeconfig = await KubeconfigAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _operator.DisposeAsync();
        await _space.DisposeAsync();
        System.IO.File.Delete(_kubeconfig);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_taken_up_again_where_it_was()
    {
        _proxy.Fault = (context, pass) => !CutExec.IsExec(context) ? pass() : _exec.Offsets.Count == 0 ? _exec.CutAsync(context, Half) : _exec.SendAsync(context);
        (int exitCode, _, string error) = await PullAsync();
        Assert.True(exitCode == 0, error);
        Assert.Equal([0, Half], _exec.Offsets);
        await AssertPulledAsync();
    }

    [Fact]
    public async Task A_connection_that_is_cut_again_and_again_ends_the_pull_and_the_next_one_succeeds()
    {
        _proxy.Fault = (context, pass) => CutExec.IsExec(context) ? _exec.CutAsync(context, Half) : pass();
        (int exitCode, _, string error) = await PullAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains($"the connection to the Pod was lost 5 times, with {Half} of {Archive.Length} bytes; try again", error, StringComparison.Ordinal);
        Assert.Equal([0, Half, Half, Half, Half, Half], _exec.Offsets);
        await AssertNothingIsLeftAsync();
        await AssertTheNextSucceedsAsync();
    }

    [Fact]
    public async Task A_Pod_that_is_deleted_ends_the_pull_by_name_and_the_next_one_succeeds()
    {
        string? deleted = null;
        _proxy.Fault = async (context, pass) =>
        {
            if (!CutExec.IsExec(context) || deleted is not null)
            {
                // The API server itself says that there is no such Pod.
                await pass();
                return;
            }
            deleted = context.Request.Path.Value!.Split('/')[^2];
            await _space.Kubelet.RemovePodAsync(deleted);
            await _exec.CutAsync(context, Half);
        };
        (int exitCode, _, string error) = await PullAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains($"Pod {_space.Name}/{deleted}, which read the archive, is gone", error, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync();
        await AssertTheNextSucceedsAsync();
    }

    [Fact]
    public async Task An_API_server_that_is_away_for_a_moment_is_waited_for()
    {
        int refused = 0;
        _proxy.Fault = (context, pass) =>
        {
            if (!CutExec.IsExec(context))
                return pass();
            if (_exec.Offsets.Count == 0)
                return _exec.CutAsync(context, Half);
            if (refused++ < 2)
                return context.RefuseAsync(503, "ServiceUnavailable");
            return _exec.SendAsync(context);
        };
        (int exitCode, _, string error) = await PullAsync();
        Assert.True(exitCode == 0, error);
        Assert.Equal(3, refused);
        await AssertPulledAsync();
    }

    [Fact]
    public async Task An_API_server_that_is_gone_ends_the_pull_and_the_Pod_to_delete_is_named()
    {
        bool isGone = false;
        _proxy.Fault = async (context, pass) =>
        {
            if (isGone)
            {
                context.Abort();
            }
            else if (CutExec.IsExec(context))
            {
                isGone = true;
                await _exec.CutAsync(context, Half);
            }
            else
            {
                await pass();
            }
        };
        (int exitCode, _, string error) = await PullAsync();
        Assert.Equal(1, exitCode);
        V1Pod left = Assert.Single((await _space.Pods.ListAsync(Readers, Cancelled)).Items);
        Assert.Contains($"may be left: kubectl delete pod {left.Metadata.Name} --namespace {_space.Name}", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private ResourceScope Readers => new(_space.Name, LabelSelector: "app.kubernetes.io/component=reader");

    private async Task<(int ExitCode, string Output, string Error)> PullAsync()
    {
        Task<(int ExitCode, string Output, string Error)> pull = controlPlane.Plugin.TryAsync(
            "pull", "first", File, "-n", _space.Name, "--system-namespace", _space.Name, "--image", "none:1", "--kubeconfig", _kubeconfig);
        while (!pull.IsCompleted && (await _space.Pods.ListAsync(Readers, Cancelled)).Items is var pods)
        {
            if (pods is [V1Pod { Status.Phase: not "Running" } pod])
                await _space.Kubelet.RunAsync(pod.Metadata.Name);
            await Task.WhenAny(pull, Task.Delay(TimeSpan.FromMilliseconds(50), Cancelled));
        }
        return await pull;
    }

    private async Task AssertPulledAsync()
    {
        Assert.Equal(Archive, await System.IO.File.ReadAllBytesAsync(File, Cancelled));
        Assert.Equal([File], Directory.GetFiles(_folder));
        Assert.Empty((await _space.Pods.ListAsync(Readers, Cancelled)).Items);
    }

    private async Task AssertNothingIsLeftAsync()
    {
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Empty((await _space.Pods.ListAsync(Readers, Cancelled)).Items);
    }

    private async Task AssertTheNextSucceedsAsync()
    {
        _proxy.Fault = (context, pass) => CutExec.IsExec(context) ? _exec.SendAsync(context) : pass();
        (int exitCode, _, string error) = await PullAsync();
        Assert.True(exitCode == 0, error);
        await AssertPulledAsync();
    }

    // The proxy hands a token on, and no client's certificate.
    private async Task<string> KubeconfigAsync()
    {
        await controlPlane.Kubectl.RunAsync("create", "clusterrolebinding", _space.Name, "--clusterrole=cluster-admin", $"--serviceaccount={_space.Name}:default");
        string token = (await AccountConnection.ConfigurationAsync(controlPlane, "default", _space.Name)).AccessToken!;
        string file = Path.Combine(Path.GetTempPath(), $"{_space.Name}-proxied.kubeconfig");
        await System.IO.File.WriteAllTextAsync(
            file,
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Config",
                ["current-context"] = "a",
                ["contexts"] = new JsonArray(new JsonObject { ["name"] = "a", ["context"] = new JsonObject { ["cluster"] = "a", ["user"] = "a" } }),
                ["clusters"] = new JsonArray(new JsonObject
                {
                    ["name"] = "a",
                    ["cluster"] = new JsonObject { ["server"] = $"https://localhost:{_proxy.Address.Port}", ["certificate-authority-data"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(_proxy.Certificate)) },
                }),
                ["users"] = new JsonArray(new JsonObject { ["name"] = "a", ["user"] = new JsonObject { ["token"] = token } }),
            }.ToJsonString(),
            Cancelled);
        return file;
    }
}
