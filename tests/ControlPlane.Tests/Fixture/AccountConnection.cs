using System.Text.Json.Nodes;
using k8s;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>Connections with the rights of a service account and no others, by real tokens as the kubelet asks for them.</summary>
public static class AccountConnection
{
    /// <summary>The namespace that config/rbac installs into.</summary>
    public const string SystemNamespace = "checkpoint-operator-system";

    /// <summary>The operator's account.</summary>
    public const string Operator = "checkpoint-operator";

    /// <summary>The agents' account.</summary>
    public const string Agent = "checkpoint-agent";

    /// <summary>A connection whose token is bound to nothing.</summary>
    public static async Task<ApiConnection> OpenAsync(TestControlPlane controlPlane, string account, string @namespace = SystemNamespace) =>
        new(await ConfigurationAsync(controlPlane, account, @namespace));

    /// <summary>What such a connection is made of.</summary>
    public static Task<KubernetesClientConfiguration> ConfigurationAsync(TestControlPlane controlPlane, string account, string @namespace = SystemNamespace) =>
        ConfigurationAsync(controlPlane, @namespace, account, bound: null);

    /// <summary>A connection of a Pod of the installation's namespace on a node: where the server knows them, its token has the node's claim. The Pod stays until it is removed.</summary>
    public static async Task<ApiConnection> OpenOnNodeAsync(TestControlPlane controlPlane, string account, string pod, string node)
    {
        V1Pod made = await controlPlane.Client<V1Pod>().CreateAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = pod, NamespaceProperty = SystemNamespace },
                Spec = new V1PodSpec
                {
                    NodeName = node,
                    ServiceAccountName = account,
                    AutomountServiceAccountToken = false,
                    TerminationGracePeriodSeconds = 0,
                    Containers = [new V1Container { Name = "main", Image = "none:1" }],
                },
            },
            TestContext.Current.CancellationToken);
        return new ApiConnection(await ConfigurationAsync(controlPlane, SystemNamespace, account, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["name"] = pod, ["uid"] = made.Metadata.Uid }));
    }

    private static async Task<KubernetesClientConfiguration> ConfigurationAsync(TestControlPlane controlPlane, string @namespace, string account, JsonObject? bound)
    {
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            // The server of Kubernetes 1.20 asks for the audiences.
            ["spec"] = new JsonObject { ["audiences"] = new JsonArray("https://kubernetes.default.svc"), ["expirationSeconds"] = 3600, ["boundObjectRef"] = bound },
        };
        string path = $"/api/v1/namespaces/{@namespace}/serviceaccounts/{account}/token";
        JsonObject answer = await controlPlane.Wire.ReadAsync(HttpMethod.Post, path, request.ToJsonString(), "application/json");
        KubernetesClientConfiguration administrator = controlPlane.Configuration;
        return new KubernetesClientConfiguration { Host = administrator.Host, SslCaCerts = administrator.SslCaCerts, AccessToken = answer["status"]!["token"]!.GetValue<string>() };
    }
}
