using CheckpointOperator.Plugin.Api;

namespace CheckpointOperator.Plugin.Pulling;

/// <summary>
/// A short-lived Pod on the node that holds an archive, made with the user's own rights: it sees that one file, read-only, and does nothing by itself. What it is
/// told to run writes to the connection alone: what a container's first process writes would be kept in the node's log.
/// </summary>
internal sealed class ReaderPod : IAsyncDisposable
{
    /// <summary>Where the archive is in it.</summary>
    public const string ArchivePath = "/archive";

    /// <summary>The program in it, at the place that the agent's image has it.</summary>
    public const string Program = "/usr/local/bin/checkpoint-agent";

    /// <summary>Its container.</summary>
    public const string Container = "reader";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Cluster _cluster;
    private readonly string _path;

    private ReaderPod(Cluster cluster, string @namespace, string name)
    {
        _cluster = cluster;
        Namespace = @namespace;
        Name = name;
        _path = PodPath(@namespace, name);
    }

    /// <summary>Its namespace.</summary>
    public string Namespace { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Makes it and waits until it runs.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="namespace">Its namespace: that of the agents, where no user of the archive's namespace can enter it.</param>
    /// <param name="archive">The checkpoint whose archive it reads.</param>
    /// <param name="image">An image with checkpoint-agent; null for that of the node's agent.</param>
    /// <param name="lifetime">After which it ends by itself, wherever this program is then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ReaderPod> StartAsync(
        Cluster cluster, string @namespace, V1Alpha1ContainerCheckpoint archive, string? image, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        JsonNode? agent = image is null ? await AgentAsync(cluster, @namespace, archive.Status.NodeName!, cancellationToken) : null;
        JsonObject pod = Manifest(archive, image ?? (string)agent!["containers"]![0]!["image"]!, agent?["imagePullSecrets"]?.DeepClone(), lifetime);
        JsonObject made = await cluster.CreateAsync(PodsPath(@namespace), pod, dryRun: false, cancellationToken);
        ReaderPod reader = new(cluster, @namespace, (string)made["metadata"]!["name"]!);
        try
        {
            await reader.UntilRunningAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>Deletes it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _cluster.DeleteAsync(_path, $"Pod {Namespace}/{Name}", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["gracePeriodSeconds"] = 0 }, CancellationToken.None);
        }
        catch (ApiServerException gone) when (gone.IsNotFound)
        {
            // Somebody else deleted it.
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException)
        {
            // It ends by itself after its lifetime, and stays as an object that has ended.
            throw new CommandFailedException($"the API server cannot be reached, so Pod {Namespace}/{Name}, which read the archive, may be left: kubectl delete pod {Name} --namespace {Namespace}");
        }
    }

    private static string PodsPath(string @namespace) => $"api/v1/namespaces/{Uri.EscapeDataString(@namespace)}/pods";

    private static string PodPath(string @namespace, string name) => $"{PodsPath(@namespace)}/{Uri.EscapeDataString(name)}";

    /// <summary>The spec of the agent's Pod on a node: its image is there already.</summary>
    private static async Task<JsonNode> AgentAsync(Cluster cluster, string @namespace, string node, CancellationToken cancellationToken)
    {
        string query = $"labelSelector={Uri.EscapeDataString("app.kubernetes.io/component=agent")}&fieldSelector={Uri.EscapeDataString($"spec.nodeName={node}")}";
        JsonObject list = await cluster.GetAsync($"{PodsPath(@namespace)}?{query}", $"pods of namespace {@namespace}", cancellationToken);
        return list["items"]!.AsArray().FirstOrDefault()?["spec"]
            ?? throw new CommandFailedException($"no agent runs on node {node} in namespace {@namespace}: name the agents' namespace with --system-namespace, or an image with checkpoint-agent with --image");
    }

    private static JsonObject Manifest(V1Alpha1ContainerCheckpoint archive, string image, JsonNode? imagePullSecrets, TimeSpan lifetime) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject
        {
            ["generateName"] = "checkpoint-reader-",
            ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "checkpoint-operator", ["app.kubernetes.io/component"] = "reader", ["app.kubernetes.io/managed-by"] = "kubectl-checkpoint" },
            ["annotations"] = new JsonObject { [$"{ApiGroup.Name}/reads"] = $"{archive.Metadata.NamespaceProperty}/{archive.Metadata.Name}" },
        },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = archive.Status.NodeName,
            ["restartPolicy"] = "Never",
            ["activeDeadlineSeconds"] = (long)Math.Max(1, lifetime.TotalSeconds),
            ["terminationGracePeriodSeconds"] = 0,
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["imagePullSecrets"] = imagePullSecrets,
            ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = Container,
                ["image"] = image,
                ["imagePullPolicy"] = "IfNotPresent",
                ["command"] = new JsonArray(Program, "pause"),
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "10m", ["memory"] = "32Mi" }, ["limits"] = new JsonObject { ["memory"] = "256Mi" } },
                // The archive is root's, mode 0600: its owner needs no capability to read it.
                ["securityContext"] = new JsonObject
                {
                    ["runAsUser"] = 0,
                    ["runAsGroup"] = 0,
                    ["allowPrivilegeEscalation"] = false,
                    ["readOnlyRootFilesystem"] = true,
                    ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
                    ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
                },
                ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "archive", ["mountPath"] = ArchivePath, ["readOnly"] = true }),
            }),
            // The one file, not the store with everybody's.
            ["volumes"] = new JsonArray(new JsonObject { ["name"] = "archive", ["hostPath"] = new JsonObject { ["path"] = archive.Status.Archive!.Path, ["type"] = "File" } }),
        },
    };

    private async Task UntilRunningAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            JsonObject pod = await _cluster.GetAsync(_path, $"Pod {Namespace}/{Name}", cancellationToken);
            JsonNode? status = pod["status"];
            JsonNode? state = status?["containerStatuses"]?[0]?["state"];
            if (state?["running"] is not null)
                return;
            if ((string?)status?["phase"] is "Failed" or "Succeeded" || (string?)state?["waiting"]?["reason"] is "ErrImagePull" or "ImagePullBackOff" or "CreateContainerError" or "InvalidImageName" or "ErrImageNeverPull")
            {
                JsonNode? why = state?["waiting"] ?? state?["terminated"] ?? status;
                throw new CommandFailedException($"the Pod that was to read the archive does not run: {why?["reason"]} {why?["message"]}; --image names another image with checkpoint-agent");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
