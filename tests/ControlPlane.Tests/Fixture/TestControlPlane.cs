using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using k8s;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>
/// A real API server with the operator's objects installed: the cluster that KUBECONFIG names, or a container of the image that CONTROL_PLANE_IMAGE names
/// (made by eng/control-plane/with-docker), or K3s.
/// </summary>
public sealed class TestControlPlane : IAsyncLifetime
{
    private const string K3sImage = "rancher/k3s:v1.34.1-k3s1";
    private const ushort ApiPort = 6443;

    private readonly string _kubeconfig = Path.Combine(Path.GetTempPath(), $"control-plane-{Guid.NewGuid():N}.kubeconfig");
    private IContainer? _container;
    private ApiConnection? _connection;

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

    /// <summary>The folder that the solution is in.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Reads and writes objects of a kind as the administrator.</summary>
    public ResourceClient<T> Client<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => Client<T>(_connection!);

    /// <summary>Reads and writes objects of a kind by another's connection.</summary>
    public static ResourceClient<T> Client<T>(ApiConnection connection)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(new ApiServer(connection, TimeProvider.System), TimeProvider.System);

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
        Administrator?.Dispose();
        _connection?.Dispose();
        File.Delete(_kubeconfig);
        if (_container is not null)
            await _container.DisposeAsync();
    }

    private async Task<string> StartContainerAsync()
    {
        string? image = Environment.GetEnvironmentVariable("CONTROL_PLANE_IMAGE");
        bool own = !string.IsNullOrEmpty(image);
        ContainerBuilder builder = new ContainerBuilder(own ? image! : K3sImage)
            .WithPortBinding(ApiPort, assignRandomHostPort: true)
            .WithWaitStrategy(own
                ? Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request
                    .ForPort(ApiPort).ForPath("/readyz").UsingTls().UsingHttpMessageHandler(AnyCertificate()))
                : Wait.ForUnixContainer().UntilMessageIsLogged("Node controller sync successful"));
        if (!own)
            builder = builder.WithPrivileged(true).WithTmpfsMount("/run").WithTmpfsMount("/var/run").WithCommand("server", "--disable=traefik", "--tls-san=localhost");
        _container = builder.Build();
        await _container.StartAsync();

        string path = own ? "/etc/kubernetes/pki/admin.kubeconfig" : "/etc/rancher/k3s/k3s.yaml";
        string kubeconfig = Encoding.UTF8.GetString(await _container.ReadFileAsync(path));
        return kubeconfig.Replace($"https://127.0.0.1:{ApiPort}", $"https://localhost:{_container.GetMappedPublicPort(ApiPort)}", StringComparison.Ordinal);
    }

    // Only for the question whether it is there: its certificate is known when its kubeconfig is.
    private static HttpClientHandler AnyCertificate() =>
        new() { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CheckpointOperator.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"CheckpointOperator.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
