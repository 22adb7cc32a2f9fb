using k8s;

namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>What the two service accounts and users may do, asked of the API server's own authorizer.</summary>
public sealed class RightsTests(TestControlPlane controlPlane)
{
    private const string Operator = "system:serviceaccount:checkpoint-operator-system:checkpoint-operator";
    private const string Agent = "system:serviceaccount:checkpoint-operator-system:checkpoint-agent";

    [Theory]
    [InlineData(Operator, "create", "pods")]
    [InlineData(Operator, "patch", "containercheckpoints.checkpoint-operator.io/status")]
    [InlineData(Operator, "delete", "containercheckpoints.checkpoint-operator.io")]
    [InlineData(Operator, "list", "nodes")]
    [InlineData(Operator, "patch", "nodes")]
    [InlineData(Agent, "patch", "containercheckpoints.checkpoint-operator.io/status")]
    [InlineData(Agent, "patch", "containerrestores.checkpoint-operator.io/status")]
    [InlineData(Agent, "create", "checkpointnodes.checkpoint-operator.io")]
    [InlineData(Agent, "create", "nodes/checkpoint")]
    [InlineData(Agent, "get", "pods")]
    public async Task What_the_work_needs_is_allowed(string account, string verb, string resource) =>
        Assert.True(await MayAsync(account, verb, resource));

    [Theory]
    [InlineData("get", "secrets")]
    [InlineData("list", "secrets")]
    [InlineData("get", "configmaps")]
    [InlineData("create", "pods/exec")]
    [InlineData("create", "pods/attach")]
    [InlineData("create", "nodes/proxy")]
    [InlineData("get", "nodes/proxy")]
    [InlineData("create", "serviceaccounts/token")]
    [InlineData("impersonate", "users")]
    [InlineData("create", "clusterrolebindings.rbac.authorization.k8s.io")]
    [InlineData("create", "containerrestores.checkpoint-operator.io")]
    [InlineData("create", "containercheckpoints.checkpoint-operator.io")]
    [InlineData("patch", "pods")]
    [InlineData("patch", "nodes/status")]
    [InlineData("update", "nodes")]
    [InlineData("delete", "nodes")]
    public async Task What_the_work_does_not_need_is_not_allowed_to_either(string verb, string resource)
    {
        Assert.False(await MayAsync(Operator, verb, resource));
        Assert.False(await MayAsync(Agent, verb, resource));
    }

    [Theory]
    [InlineData(Agent, "patch", "nodes")]
    [InlineData(Agent, "create", "pods")]
    [InlineData(Agent, "delete", "pods")]
    [InlineData(Agent, "list", "pods")]
    [InlineData(Agent, "delete", "containercheckpoints.checkpoint-operator.io")]
    [InlineData(Operator, "create", "nodes/checkpoint")]
    [InlineData(Operator, "patch", "checkpointnodes.checkpoint-operator.io/status")]
    public async Task Neither_holds_what_is_the_others_work(string account, string verb, string resource) =>
        Assert.False(await MayAsync(account, verb, resource));

    [Theory]
    [InlineData("view", "list", true)]
    [InlineData("view", "create", false)]
    [InlineData("edit", "create", true)]
    [InlineData("edit", "delete", true)]
    [InlineData("admin", "create", true)]
    public async Task Users_hold_the_kinds_by_the_clusters_own_roles(string role, string verb, bool allowed)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        await controlPlane.Kubectl.RunAsync("create", "rolebinding", "user", $"--clusterrole={role}", "--user=jane", "-n", space.Name);
        foreach (string kind in new[] { "containercheckpoints", "containerrestores" })
        {
            Assert.Equal(allowed, await MayAsync("jane", verb, $"{kind}.checkpoint-operator.io", space.Name));
            // A status is believed by the operator and the agent: nobody else writes it.
            Assert.False(await MayAsync("jane", "patch", $"{kind}.checkpoint-operator.io/status", space.Name));
        }
    }

    private async Task<bool> MayAsync(string user, string verb, string resource, string? @namespace = null)
    {
        string[] parts = resource.Split('/');
        string[] names = parts[0].Split('.', 2);
        var review = new V1SubjectAccessReview
        {
            Metadata = new V1ObjectMeta(),
            Spec = new V1SubjectAccessReviewSpec
            {
                User = user,
                ResourceAttributes = new V1ResourceAttributes
                {
                    Verb = verb,
                    Group = names.Length > 1 ? names[1] : string.Empty,
                    Resource = names[0],
                    Subresource = parts.Length > 1 ? parts[1] : null,
                    NamespaceProperty = @namespace,
                },
            },
        };
        V1SubjectAccessReview answer = await controlPlane.Administrator.AuthorizationV1.CreateSubjectAccessReviewAsync(review, cancellationToken: TestContext.Current.CancellationToken);
        return answer.Status.Allowed;
    }
}
