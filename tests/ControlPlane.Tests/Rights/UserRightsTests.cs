using k8s;

namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>What users may do by the cluster's own roles, asked of the API server's own authorizer.</summary>
public sealed class UserRightsTests(TestControlPlane controlPlane)
{
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
