using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>Tokens of a service account, signed with the control plane's own key: the API gives out none that ends before ten minutes have gone.</summary>
public sealed class SignedToken
{
    private const string Issuer = "https://kubernetes.default.svc";

    // The server takes a token for so long after its end, for clocks that differ (go-jose's DefaultLeeway).
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    private readonly string _key;
    private readonly V1ServiceAccount _account;

    private SignedToken(string key, V1ServiceAccount account) => (_key, _account) = (key, account);

    /// <summary>Gets ready to sign for an account.</summary>
    public static async Task<SignedToken> SignerAsync(TestControlPlane controlPlane, string @namespace, string account)
    {
        string key = Encoding.ASCII.GetString(await controlPlane.ReadFileAsync("/etc/kubernetes/pki/accounts.key"));
        V1ServiceAccount found = (await controlPlane.Client<V1ServiceAccount>().GetAsync(new NamespacedName(@namespace, account), TestContext.Current.CancellationToken))!;
        return new SignedToken(key, found);
    }

    /// <summary>A token that the server takes for a time, and up to ten seconds more by its cache.</summary>
    public string Sign(TimeSpan lifetime)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = new[] { Issuer },
            ["sub"] = $"system:serviceaccount:{_account.Metadata.NamespaceProperty}:{_account.Metadata.Name}",
            ["iat"] = (now - Leeway - Leeway).ToUnixTimeSeconds(),
            ["nbf"] = (now - Leeway - Leeway).ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime - Leeway).ToUnixTimeSeconds(),
            ["kubernetes.io"] = new Dictionary<string, object>
            {
                ["namespace"] = _account.Metadata.NamespaceProperty,
                ["serviceaccount"] = new Dictionary<string, string> { ["name"] = _account.Metadata.Name, ["uid"] = _account.Metadata.Uid },
            },
        };
        string body = $"{Encode("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        using var rsa = RSA.Create();
        rsa.ImportFromPem(_key);
        return $"{body}.{Encode(rsa.SignData(Encoding.ASCII.GetBytes(body), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
