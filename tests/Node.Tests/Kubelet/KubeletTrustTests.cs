using System.Security.Cryptography.X509Certificates;

using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Kubelet;

public sealed class KubeletTrustTests
{
    [Fact]
    public async Task A_certificate_of_the_authority_for_this_address_is_trusted()
    {
        await using KubeletSetup kubelet = Start(authority => authority.Sign());
        await kubelet.AskAsync();
        Assert.Empty(kubelet.Warnings);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not()
    {
        using var stranger = new TestAuthority();
        await using KubeletSetup kubelet = Start(_ => stranger.Sign());
        await RefusesAsync(kubelet, "KubeletCertificateAuthority");
    }

    [Fact]
    public async Task A_certificate_for_another_address_is_not()
    {
        await using KubeletSetup kubelet = Start(authority => authority.Sign("node2"));
        await RefusesAsync(kubelet, "is not for 127.0.0.1");
    }

    [Fact]
    public async Task A_certificate_that_ended_is_not()
    {
        await using KubeletSetup kubelet = Start(authority => authority.Sign(days: -1));
        await RefusesAsync(kubelet, "NotTimeValid");
    }

    [Fact]
    public async Task A_clients_certificate_is_not()
    {
        await using KubeletSetup kubelet = Start(authority => authority.Sign(forServers: false));
        await RefusesAsync(kubelet, "NotValidForUsage");
    }

    [Fact]
    public async Task A_certificate_that_the_kubelet_made_for_itself_is_trusted_by_its_own_folder()
    {
        using var self = new TestAuthority("node1-ca@1700000000");
        X509Certificate2? own = null;
        await using KubeletSetup kubelet = Start(_ => own = self.Sign("node1"));
        await RefusesAsync(kubelet, "is not for 127.0.0.1");

        Directory.CreateDirectory(kubelet.Node.On("/var/lib/kubelet/pki"));
        await File.WriteAllTextAsync(kubelet.Node.On("/var/lib/kubelet/pki/kubelet.crt"), own!.ExportCertificatePem() + "\n" + self.Pem, TestContext.Current.CancellationToken);
        await kubelet.AskAsync();
    }

    [Fact]
    public async Task Where_one_is_pinned_no_other_is_trusted_not_even_the_authoritys()
    {
        X509Certificate2? own = null;
        await using KubeletSetup kubelet = Start(authority => own = authority.Sign());
        kubelet.Options.KubeletCertificate = "/etc/kubelet.pem";
        Directory.CreateDirectory(kubelet.Node.On("/etc"));
        await File.WriteAllTextAsync(kubelet.Node.On("/etc/kubelet.pem"), kubelet.Authority.Sign().ExportCertificatePem(), TestContext.Current.CancellationToken);
        await RefusesAsync(kubelet, "is not the one in /etc/kubelet.pem");

        await File.WriteAllTextAsync(kubelet.Node.On("/etc/kubelet.pem"), own!.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await kubelet.AskAsync();
    }

    [Fact]
    public async Task Skipping_the_verification_is_asked_for_and_warned_of()
    {
        using var stranger = new TestAuthority();
        await using KubeletSetup kubelet = Start(_ => stranger.Sign("elsewhere"));
        (kubelet.Options.KubeletCertificateAuthority, kubelet.Options.KubeletInsecureSkipVerify) = (null, true);
        await kubelet.AskAsync();
        Assert.Contains("KubeletInsecureSkipVerify", Assert.Single(kubelet.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_would_decide_nothing_are_refused_at_start()
    {
        var both = new AgentOptions { KubeletInsecureSkipVerify = true, KubeletCertificate = "/etc/kubelet.pem" };
        Assert.Contains("KubeletInsecureSkipVerify", new AgentOptionsValidator().Validate(null, both).FailureMessage, StringComparison.Ordinal);
        var missing = new AgentOptions { KubeletCertificateAuthority = "/nowhere/ca.crt" };
        Assert.Contains("/nowhere/ca.crt", new AgentOptionsValidator().Validate(null, missing).FailureMessage, StringComparison.Ordinal);
    }

    private static KubeletSetup Start(Func<TestAuthority, X509Certificate2> certificate)
    {
        var kubelet = new KubeletSetup(certificate);
        kubelet.Server.Checkpoint = () => "/var/lib/kubelet/checkpoints/c.tar";
        return kubelet;
    }

    private static async Task RefusesAsync(KubeletSetup kubelet, string told)
    {
        CheckpointFailedException refused = await Assert.ThrowsAsync<CheckpointFailedException>(() => kubelet.AskAsync());
        Assert.Equal(CheckpointFailedException.EngineUnavailable, refused.Reason);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        // The token was not shown.
        Assert.Empty(kubelet.Server.Requests);
    }
}
