using System.Net;
using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>
/// What the service accounts may do, asked of the API server's own authorizer with their own tokens: every verb on every resource that the server has. What is
/// allowed to them and to no account without a role is exactly the table of <see cref="Right"/>, whose rows name the code that needs them.
/// </summary>
public sealed class LeastPrivilegeTests(TestControlPlane controlPlane)
{
    private static readonly string[] Verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

    // What discovery does not tell, because it is a right and no resource, or is the kubelet's.
    private static readonly (string Verb, string Resource)[] Hidden =
    [
        ("impersonate", "users"), ("impersonate", "groups"), ("impersonate", "serviceaccounts"),
        ("bind", "clusterroles.rbac.authorization.k8s.io"), ("escalate", "clusterroles.rbac.authorization.k8s.io"), ("bind", "roles.rbac.authorization.k8s.io"), ("escalate", "roles.rbac.authorization.k8s.io"),
        ("approve", "signers.certificates.k8s.io"), ("sign", "signers.certificates.k8s.io"), ("use", "podsecuritypolicies.policy"),
        ("create", "nodes/checkpoint"), ("get", "nodes/stats"), ("get", "nodes/log"), ("get", "nodes/metrics"), ("get", "nodes/spec"),
    ];

    public static TheoryData<string, bool> Accounts => new()
    {
        { AccountConnection.Operator, false },
        { AccountConnection.Operator, true },
        { AccountConnection.Agent, false },
        { AccountConnection.Agent, true },
    };

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task An_account_may_do_what_its_code_needs_and_nothing_else(string account, bool atHome)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        string @namespace = atHome ? AccountConnection.SystemNamespace : space.Name;
        List<(string Verb, string Resource)> all = await AllAsync();
        Assert.True(all.Count > 250, $"only {all.Count} rights were found");
        HashSet<(string, string)> everybody = await AllowedAsync("default", space.Name, space.Name, all);
        HashSet<(string, string)> allowed = await AllowedAsync(account, AccountConnection.SystemNamespace, @namespace, all);

        IEnumerable<Right> needed = account == AccountConnection.Agent ? Right.Agent : atHome ? Right.Operator.Concat(Right.OperatorAtHome.Where(right => right.Verb == "create")) : Right.Operator;
        Assert.Equal(
            needed.Select(right => $"{right.Verb} {right.Resource}").Order(StringComparer.Ordinal),
            allowed.Except(everybody).Select(right => $"{right.Item1} {right.Item2}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_lease_that_the_operator_writes_is_its_own_alone()
    {
        using k8s.Kubernetes connection = new(await AccountConnection.ConfigurationAsync(controlPlane, AccountConnection.Operator));
        foreach (string verb in Verbs)
        {
            Assert.Equal(verb is "get" or "update" or "create", await MayAsync(connection, verb, "leases.coordination.k8s.io", AccountConnection.SystemNamespace, "checkpoint-operator-leader"));
            Assert.Equal(verb is "create", await MayAsync(connection, verb, "leases.coordination.k8s.io", AccountConnection.SystemNamespace, "another"));
        }
    }

    [Fact]
    public void Every_right_names_the_code_that_needs_it() => Assert.All(Right.Operator.Concat(Right.OperatorAtHome).Concat(Right.Agent), right =>
        Assert.Contains(right.Code, File.ReadAllText(Path.Combine(RepositoryFolder.Path, "src", right.File)), StringComparison.Ordinal));

    [Theory]
    [InlineData("GET", "/api/v1/secrets")]
    [InlineData("GET", "/api/v1/namespaces/kube-system/secrets/any")]
    [InlineData("GET", "/api/v1/configmaps")]
    [InlineData("GET", "/api/v1/nodes/any/proxy/pods")]
    [InlineData("POST", "/api/v1/nodes/any/proxy/run/default/any/any")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/any/exec?command=id")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/any/attach")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/any/portforward")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/any/log")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/any/proxy/")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods/any")]
    [InlineData("POST", "/api/v1/namespaces/kube-system/serviceaccounts/default/token")]
    [InlineData("PUT", "/api/v1/nodes/any/status")]
    [InlineData("DELETE", "/api/v1/nodes/any")]
    [InlineData("GET", "/apis/apps/v1/deployments")]
    [InlineData("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings")]
    [InlineData("POST", "/apis/checkpoint-operator.io/v1alpha1/namespaces/default/containerrestores")]
    [InlineData("DELETE", "/apis/checkpoint-operator.io/v1alpha1/namespaces/default/containerrestores")]
    [InlineData("DELETE", "/apis/checkpoint-operator.io/v1alpha1/checkpointnodes/any")]
    [InlineData("PUT", "/apis/checkpoint-operator.io/v1alpha1/namespaces/default/containercheckpoints/any/status")]
    [InlineData("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/logs/")]
    public async Task A_real_request_for_what_is_not_theirs_is_forbidden_to_both(string method, string path)
    {
        foreach (string account in new[] { AccountConnection.Operator, AccountConnection.Agent })
        {
            using k8s.Kubernetes connection = new(await AccountConnection.ConfigurationAsync(controlPlane, account));
            (int code, string text) = await new WireClient(connection).SendAsync(new HttpMethod(method), path, method is "POST" or "PUT" ? "{}" : null);
            Assert.True(code == (int)HttpStatusCode.Forbidden, $"{account} {method} {path} was answered with {code}: {text}");
        }
    }

    private async Task<List<(string Verb, string Resource)>> AllAsync()
    {
        List<string> paths = ["/api/v1"];
        foreach (JsonNode? group in (await controlPlane.Wire.ReadAsync(HttpMethod.Get, "/apis"))["groups"]!.AsArray())
            paths.Add($"/apis/{group!["preferredVersion"]!["groupVersion"]!.GetValue<string>()}");
        HashSet<(string, string)> found = [.. Hidden];
        foreach (string path in paths)
        {
            string group = path == "/api/v1" ? "" : $".{path.Split('/')[2]}";
            foreach (JsonNode? resource in (await controlPlane.Wire.ReadAsync(HttpMethod.Get, path))["resources"]!.AsArray())
            {
                string[] name = resource!["name"]!.GetValue<string>().Split('/', 2);
                foreach (string verb in Verbs)
                    found.Add((verb, $"{name[0]}{group}{(name.Length > 1 ? $"/{name[1]}" : "")}"));
                // RBAC knows every subresource, whether the API has it or not.
                if (name.Length == 1)
                    found.Add(("update", $"{name[0]}{group}/finalizers"));
            }
        }

        return [.. found];
    }

    private async Task<HashSet<(string, string)>> AllowedAsync(string account, string home, string @namespace, List<(string Verb, string Resource)> all)
    {
        using k8s.Kubernetes connection = new(await AccountConnection.ConfigurationAsync(controlPlane, account, home));
        HashSet<(string, string)> allowed = [];
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (right, _) =>
        {
            if (!await MayAsync(connection, right.Verb, right.Resource, @namespace))
                return;
            lock (allowed)
                allowed.Add(right);
        });
        return allowed;
    }

    private static async Task<bool> MayAsync(k8s.Kubernetes connection, string verb, string resource, string @namespace, string? name = null)
    {
        string[] parts = resource.Split('/', 2);
        string[] names = parts[0].Split('.', 2);
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = verb,
                    ["group"] = names.Length > 1 ? names[1] : "",
                    ["resource"] = names[0],
                    ["subresource"] = parts.Length > 1 ? parts[1] : "",
                    ["namespace"] = @namespace,
                    ["name"] = name ?? "",
                },
            },
        };
        JsonObject answer = await new WireClient(connection).ReadAsync(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review.ToJsonString(), "application/json");
        return answer["status"]!["allowed"]!.GetValue<bool>();
    }
}
