using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Kubelet;

using k8s.Models;

using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Node.Tests.Kubelet;

/// <summary>A kubelet of its own for one test, and an agent's settings that fit it.</summary>
internal sealed class KubeletSetup : IAsyncDisposable, ILogger<KubeletClient>
{
    public static readonly V1Pod Pod = new()
    {
        Metadata = new V1ObjectMeta { Name = "redis-0", NamespaceProperty = "default", Uid = "f1b2c3d4-0000-0000-0000-000000000001" },
        Spec = new V1PodSpec
        {
            Containers = [new V1Container { Name = "redis", VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }] }],
            Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }],
        },
    };

    public KubeletSetup(Func<TestAuthority, System.Security.Cryptography.X509Certificates.X509Certificate2>? certificate = null)
    {
        Server = new KubeletServer((certificate ?? (authority => authority.Sign()))(Authority));
        Options = new AgentOptions
        {
            NodeName = "node1",
            KubeletUrl = Server.Address,
            KubeletTokenFile = Node.On("/token"),
            KubeletCertificateAuthority = Node.On("/ca.crt"),
        };
        File.WriteAllText(Options.KubeletTokenFile, KubeletServer.Token + "\n");
        File.WriteAllText(Options.KubeletCertificateAuthority, Authority.Pem);
    }

    public TestAuthority Authority { get; } = new();

    public TemporaryNode Node { get; } = new();

    public KubeletServer Server { get; }

    public AgentOptions Options { get; }

    public List<string> Warnings { get; } = [];

    public KubeletCheckpointApi Api() => new(new KubeletClient(Microsoft.Extensions.Options.Options.Create(Options), Node.Root, this));

    /// <summary>Asks for a checkpoint of the one container that there is.</summary>
    public Task<string> AskAsync(TimeSpan? timeout = null, string container = "redis") =>
        Api().CheckpointAsync(Pod, container, timeout ?? TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Node.Dispose();
        Authority.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.Warning)
            Warnings.Add(formatter(state, exception));
    }
}
