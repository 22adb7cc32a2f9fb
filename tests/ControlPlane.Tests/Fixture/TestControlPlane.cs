using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using k8s;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>
/// A real API server with the operator's objects installed: the cluster that KUBECONFIG names, or a container of the image that CONTROL_PLANE_IMAGE names
/// (made by eng/control-plane/with-docker), or K3s.
/// </summary>
public class TestControlPlane : IAsyncLifetime
{
    private const string K3sImage = "rancher/k3s:v1.34.1-k3s1";
    private const ushort ApiPort = 6443;
    private const string AuditPolicy = "/etc/kubernetes/audit-policy.yaml";
    private const string AuditLog = "/var/log/audit.log";

    private readonly string _kubeconfig = Path.Combine(Path.GetTempPath(), $"control-plane-{Guid.NewGuid():N}.kubeconfig");
    private IContainer? _container;
    private ApiConnection? _connection;
    private bool _isOwn;

    /// <summary>How the administrator reaches the API server.</summary>
    public KubernetesClientConfiguration Configuration => KubernetesClientConfiguration.BuildConfigFromConfigFile(_kubeconfig);

    /// <summary>A connection of the administrator.</summary>
    public k8s.Kubernetes Administrator { get; private set; } = null!;

    /// <summary>kubectl as the administrator.</summary>
    public Kubectl Kubectl => new(_kubeconfig);

    /// <summary>The kubectl plugin as the administrator.</summary>
    public PluginProgram Plugin => new(_kubeconfig);

    /// <summary>Requests of the administrator as they go over the wire.</summary>
    public WireClient Wire => new(Administrator);

    /// <summary>Whether the API server keeps CRDs' CEL rules (1.25 and later): it refuses by them what the controllers refuse elsewhere.</summary>
    public bool KnowsRules { get; private set; }

    /// <summary>Whether the API server knows ValidatingAdmissionPolicy (1.30 and later), and config/admission is in force.</summary>
    public bool KnowsAdmissionPolicies { get; private set; }

    /// <summary>The folder that a project of src was built to. Its copy beside these tests lacks the assemblies that come with their web server.</summary>
    public static string FolderOf(string project)
    {
        DirectoryInfo framework = new(AppContext.BaseDirectory);
        return Path.Combine(RepositoryFolder.Path, "src", project, "bin", framework.Parent!.Name, framework.Name);
    }

    /// <summary>Reads and writes objects of a kind as the administrator.</summary>
    public ResourceClient<T> Client<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => Client<T>(_connection!);

    /// <summary>Reads and writes objects of a kind by another's connection.</summary>
    public static ResourceClient<T> Client<T>(ApiConnection connection)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(new ApiServer(connection, TimeProvider.System), TimeProvider.System);

    /// <summary>What was written to objects whose namespace or name has this word in it, from the server's audit log, oldest first.</summary>
    public async Task<IReadOnlyList<AuditRecord>> AuditAsync(string word)
    {
        ExecResult found = await Own().ExecAsync(["grep", "-F", word, AuditLog], TestContext.Current.CancellationToken);
        return [.. found.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(AuditRecord.Parse).OrderBy(record => record.Answered)];
    }

    /// <summary>A file of the control plane's, such as the key that it signs tokens with.</summary>
    public Task<byte[]> ReadFileAsync(string path) => Own().ReadFileAsync(path, TestContext.Current.CancellationToken);

    /// <summary>Kills the API server and waits until it is back, with nothing in its memory.</summary>
    public async Task RestartAsync()
    {
        await RunInsideAsync("old=$(grep -lx kube-apiserver /proc/[0-9]*/comm | cut -d/ -f3) && kill -HUP 1 && while [ -e /proc/$old ]; do sleep 0.1; done");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestNamespace.Limit);
        while ((await Kubectl.TryAsync("get", "--raw", "/readyz")).ExitCode != 0)
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
    }

    /// <summary>Compacts etcd up to its present revision: what was before cannot be read or watched any more.</summary>
    public async Task CompactAsync()
    {
        // etcd's gateway speaks JSON; the image has no other client of it.
        string answer = await RunInsideAsync(Post("/v3/kv/range", """{"key":"AA=="}"""));
        string revision = System.Text.RegularExpressions.Regex.Match(answer, "\"revision\":\"([0-9]+)\"").Groups[1].Value;
        string compacted = await RunInsideAsync(Post("/v3/kv/compaction", $$"""{"revision":"{{revision}}","physical":true}"""));
        Assert.Contains("200 OK", compacted, StringComparison.Ordinal);
    }

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        string? given = Environment.GetEnvironmentVariable("KUBECONFIG");
        await File.WriteAllTextAsync(_kubeconfig, string.IsNullOrEmpty(given) ? await StartContainerAsync() : await File.ReadAllTextAsync(given));
        Administrator = new k8s.Kubernetes(Configuration);
        _connection = new ApiConnection(Configuration);
        await Kubectl.ApplyFolderAsync("config/crd");
        await Kubectl.RunAsync("wait", "--for=condition=Established", "crd", "-l", "app.kubernetes.io/name=checkpoint-operator", "--timeout=60s");
        await Kubectl.ApplyFolderAsync("config/rbac");
        await Kubectl.ApplyFolderAsync("config/runtimeclass");
        // The spec alone: kubectl's annotation has what was sent, not what is kept.
        KnowsRules = (await Wire.ReadAsync(HttpMethod.Get, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/containercheckpoints.checkpoint-operator.io"))["spec"]!
            .ToJsonString().Contains("x-kubernetes-validations", StringComparison.Ordinal);
        KnowsAdmissionPolicies = (await Wire.SendAsync(HttpMethod.Get, "/apis/admissionregistration.k8s.io/v1")).Text.Contains("\"validatingadmissionpolicies\"", StringComparison.Ordinal);
        if (KnowsAdmissionPolicies)
            await Kubectl.ApplyFolderAsync("config/admission");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Administrator?.Dispose();
        _connection?.Dispose();
        File.Delete(_kubeconfig);
        if (_container is not null)
            await _container.DisposeAsync();
    }

    private async Task<string> StartContainerAsync()
    {
        string? image = Environment.GetEnvironmentVariable("CONTROL_PLANE_IMAGE");
        bool own = _isOwn = !string.IsNullOrEmpty(image);
        ContainerBuilder builder = new ContainerBuilder(own ? image! : K3sImage)
            .WithPortBinding(ApiPort, assignRandomHostPort: true)
            .WithWaitStrategy(own
                ? Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request
                    .ForPort(ApiPort).ForPath("/readyz").UsingTls().UsingHttpMessageHandler(AnyCertificate()))
                : Wait.ForUnixContainer().UntilMessageIsLogged("Node controller sync successful"));
        builder = own
            ? builder.WithResourceMapping(new FileInfo(Path.Combine(AppContext.BaseDirectory, "Fixture/audit-policy.yaml")), new FileInfo(AuditPolicy))
                .WithCommand($"--audit-policy-file={AuditPolicy}", $"--audit-log-path={AuditLog}", "--audit-log-maxsize=4096")
            : builder.WithPrivileged(true).WithTmpfsMount("/run").WithTmpfsMount("/var/run").WithCommand("server", "--disable=traefik", "--tls-san=localhost");
        _container = builder.Build();
        await _container.StartAsync();

        string path = own ? "/etc/kubernetes/pki/admin.kubeconfig" : "/etc/rancher/k3s/k3s.yaml";
        string kubeconfig = Encoding.UTF8.GetString(await _container.ReadFileAsync(path));
        return kubeconfig.Replace($"https://127.0.0.1:{ApiPort}", $"https://localhost:{_container.GetMappedPublicPort(ApiPort)}", StringComparison.Ordinal);
    }

    private IContainer Own()
    {
        if (!_isOwn)
            Assert.Skip("This needs the control plane of eng/control-plane: its audit log, its etcd and its keys are looked into.");
        return _container!;
    }

    private async Task<string> RunInsideAsync(string script)
    {
        ExecResult result = await Own().ExecAsync(["bash", "-c", script], TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{script}: {result.Stderr}");
        return result.Stdout;
    }

    private static string Post(string path, string json) =>
        $"exec 3<>/dev/tcp/127.0.0.1/2379 && printf 'POST {path} HTTP/1.0\\r\\nContent-Length: {json.Length}\\r\\n\\r\\n%s' '{json}' >&3 && cat <&3";

    // Only for the question whether it is there: its certificate is known when its kubeconfig is.
    private static HttpClientHandler AnyCertificate() =>
        new() { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
}
