using k8s;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>Real tokens of service accounts, as the kubelet asks for them.</summary>
public static class ServiceAccountToken
{
    /// <summary>A connection that has the rights of a service account and no others.</summary>
    public static async Task<KubernetesClientConfiguration> ConfigurationAsync(TestControlPlane controlPlane, string @namespace, string account)
    {
        string token = await controlPlane.Kubectl.RunAsync("create", "token", account, "-n", @namespace, "--duration=1h");
        KubernetesClientConfiguration administrator = controlPlane.Configuration;
        return new KubernetesClientConfiguration { Host = administrator.Host, SslCaCerts = administrator.SslCaCerts, AccessToken = token.Trim() };
    }
}
