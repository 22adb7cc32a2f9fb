using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.NodeAgent.Kubelet;

/// <summary>
/// Decides whether who answers is the node's kubelet: by the certificate that lies in the kubelet's own folder, which a kubelet without a signed one makes
/// for itself, or by the cluster's authority and the address.
/// </summary>
/// <param name="options">Who is trusted.</param>
/// <param name="node">The node's files.</param>
internal sealed class KubeletTrust(AgentOptions options, NodeRoot node)
{
    private const string OwnCertificate = "pki/kubelet.crt";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int MaximumFile = 1024 * 1024;

    /// <summary>Verifies what the other end shows.</summary>
    /// <param name="address">The address that was called.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="sent">It and the certificates that came with it.</param>
    /// <param name="errors">What is wrong with it by the machine's own authorities.</param>
    /// <returns>True.</returns>
    /// <exception cref="AuthenticationException">It is not the kubelet's; the message says why, and which setting decides.</exception>
    public bool Accepts(Uri address, X509Certificate2? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (options.KubeletInsecureSkipVerify)
            return true;
        if (certificate is null)
            throw new AuthenticationException("it shows no certificate");
        if (IsPinned(certificate))
            return true;
        if (options.KubeletCertificate is { } pinned)
            throw new AuthenticationException($"its certificate ({certificate.Subject}) is not the one in {pinned} (setting KubeletCertificate)");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException(
                $"its certificate ({certificate.Subject}) is not for {address.Host}: set KubeletUrl to an address that it names, or KubeletCertificate to pin it");
        }
        RequireAuthority(certificate, sent, errors);
        return true;
    }

    private bool IsPinned(X509Certificate2 certificate)
    {
        RelativePath file = RelativePath.Parse(options.KubeletCertificate ?? $"{options.KubeletRoot}/{OwnCertificate}");
        if (node.Directory.StatTarget(file) is null)
            return false;
        try
        {
            using X509Certificate2 pinned = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(node.Directory.ReadFile(file, MaximumFile)));
            return CryptographicOperations.FixedTimeEquals(pinned.RawDataMemory.Span, certificate.RawDataMemory.Span);
        }
        catch (CryptographicException malformed)
        {
            throw new AuthenticationException($"{file} on the node holds no certificate in PEM form: {malformed.Message}", malformed);
        }
    }

    private void RequireAuthority(X509Certificate2 certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        string authority = options.KubeletCertificateAuthority ?? AgentOptions.ClusterAuthority;
        if (!File.Exists(authority))
        {
            // Not in a Pod: the machine's own authorities have judged.
            if (errors != SslPolicyErrors.None)
                throw new AuthenticationException($"no authority of this machine signed its certificate ({certificate.Subject}), and {authority} does not exist (setting KubeletCertificateAuthority)");
            return;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509ChainElement element in (IEnumerable<X509ChainElement>?)sent?.ChainElements ?? [])
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        if (chain.Build(certificate))
            return;
        string why = string.Join(", ", chain.ChainStatus.Select(status => status.Status));
        throw new AuthenticationException(
            $"its certificate ({certificate.Subject}) does not hold by the authority in {authority} ({why}): name its authority in the setting KubeletCertificateAuthority, or pin it by KubeletCertificate");
    }
}
