using System.Net;
using k8s;
using k8s.Authentication;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>The token of an account ends, and another one lies in its file, as the kubelet puts it there.</summary>
[Trait("Length", "Long")]
public sealed class ExpiredTokenTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_goes_on_with_the_new_token_when_the_old_one_has_expired()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        var workload = new Workload(space);
        await workload.StartPodsAsync();
        SignedToken tokens = await SignedToken.SignerAsync(controlPlane, AccountConnection.SystemNamespace, AccountConnection.Operator);
        string file = Path.Combine(Path.GetTempPath(), $"{space.Name}.token");
        await File.WriteAllTextAsync(file, tokens.Sign(TimeSpan.FromSeconds(30)), Cancelled);
        try
        {
            KubernetesClientConfiguration administrator = controlPlane.Configuration;
            // As a Pod has it: the token is read from its file, again and again.
            var configuration = new KubernetesClientConfiguration
            {
                Host = administrator.Host,
                SslCaCerts = administrator.SslCaCerts,
                TokenProvider = new TokenFileAuth(file),
                UserAgent = $"{AuditRecord.ProxiedPrefix}one",
            };
            using var refusals = new Unauthorized();
            // Each new watch shows the token again.
            await using RunningOperator running = await RunningOperator.StartAsync(space, configuration, [refusals], "--WatchTimeout=00:00:03", "--RecheckPeriod=1.00:00:00");
            await refusals.Came.WaitAsync(TestNamespace.Limit, Cancelled);
            await workload.BeginAsync();
            await File.WriteAllTextAsync(file, tokens.Sign(TimeSpan.FromHours(1)), Cancelled);
            await workload.FinishAsync();
        }
        finally
        {
            File.Delete(file);
        }
        (await WriteHistory.OfAsync(space)).AssertSound();
    }

    /// <summary>Tells when the server refuses the credentials.</summary>
    private sealed class Unauthorized : DelegatingHandler
    {
        private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes with the first answer that says so.</summary>
        public Task Came => _came.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                _came.TrySetResult();
            return response;
        }
    }
}
