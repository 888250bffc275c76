using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.Operations;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>The routes of the API. Finds the route of a request and answers it.</summary>
internal static class FakeRouter
{
    private const string BasePath = "/api/v1/";
    private const string BySlug = "/projects/by-slug/{projectSlug}";
    private const string EnvironmentBySlug = BySlug + "/environments/{envSlug}";

    // The first match wins, so a literal segment stands before a variable one.
    private static readonly FakeRoute[] Routes =
    [
        new("POST", "/projects", FakeProjects.Create) { Body = FakeBodyRule.Required },
        FakeRoute.List("/projects", FakeProjects.List),
        new("GET", BySlug, FakeProjects.GetBySlug),
        new("GET", "/projects/{projectId}", FakeProjects.Get),
        new("PATCH", "/projects/{projectId}", FakeProjects.Rename) { Body = FakeBodyRule.Required },
        new("DELETE", "/projects/{projectId}", FakeProjects.Delete) { Query = ["force"] },
        FakeRoute.List("/projects/{projectId}/keys", FakeProjects.ListKeks),
        new("POST", "/projects/{projectId}/keys/rotate", FakeProjects.RotateKek),

        new("POST", "/projects/{projectId}/environments", FakeEnvironments.Create) { Body = FakeBodyRule.Required },
        FakeRoute.List("/projects/{projectId}/environments", FakeEnvironments.List),
        new("GET", EnvironmentBySlug, FakeEnvironments.GetBySlug),
        new("GET", "/environments/{envId}", FakeEnvironments.Get),
        new("PATCH", "/environments/{envId}", FakeEnvironments.Change) { Body = FakeBodyRule.Required },
        new("DELETE", "/environments/{envId}", FakeEnvironments.Delete) { Query = ["force"] },

        new("PUT", "/environments/{envId}/secrets", FakeSecretWrites.Write) { Body = FakeBodyRule.Required, IsIdempotent = true },
        new("POST", "/environments/{envId}/secrets/batch", FakeSecretWrites.WriteAll)
        {
            Body = FakeBodyRule.Required, IsIdempotent = true, MaximumBodyBytes = Limits.BatchBodyBytes,
        },
        FakeRoute.List("/environments/{envId}/secrets", FakeSecrets.List, "at"),
        new("GET", "/secrets/{secretId}", FakeSecrets.Get),
        new("GET", EnvironmentBySlug + "/secrets/{key}", FakeSecrets.GetByPath),
        FakeRoute.List("/secrets/{secretId}/versions", FakeSecrets.ListVersions),
        new("DELETE", "/secrets/{secretId}", FakeSecrets.Delete),
        new("DELETE", "/secrets/{secretId}/versions/{version}", FakeSecrets.DestroyVersion),
        FakeRoute.List("/search/secrets", FakeSecrets.Search, "q"),

        new("POST", "/secrets/{secretId}/reveal", FakeReveals.Reveal) { Query = ["version"] },
        new("POST", "/reveal", FakeReveals.RevealPath) { Body = FakeBodyRule.Required },
        new("POST", "/environments/{envId}/reveal", FakeReveals.RevealEnvironment) { Body = FakeBodyRule.Optional },
        new("POST", EnvironmentBySlug + "/reveal", FakeReveals.RevealEnvironmentBySlug) { Body = FakeBodyRule.Optional },

        new("POST", "/secrets/{secretId}/rollback", FakeSecretWrites.RollBack) { Body = FakeBodyRule.Required, IsIdempotent = true },
        new("POST", "/environments/{envId}/restore", FakeRestore.Restore) { Body = FakeBodyRule.Required, IsIdempotent = true },
        FakeRoute.List("/environments/{envId}/history", FakeHistory.List).WithPageSizes(Limits.HistoryPageDefault, Limits.PageMaximum),
        new("POST", "/environments/{envId}/compare", FakeComparison.Compare) { Body = FakeBodyRule.Required },

        FakeRoute.List("/audit", FakeAuditList.List, FakeAuditList.Filters).WithPageSizes(Limits.AuditPageDefault, Limits.AuditPageMaximum),

        new("POST", "/api-keys", FakeApiKeys.Create) { Body = FakeBodyRule.Required, IsIdempotent = true },
        FakeRoute.List("/api-keys", FakeApiKeys.List),
        new("DELETE", "/api-keys/{id}", FakeApiKeys.Delete) { Query = ["cascade"] },
        new("GET", "/api-keys/{id}/made", FakeApiKeys.GetMade),
        new("POST", "/access-keys", FakeAccessKeys.Create) { Body = FakeBodyRule.Required, IsIdempotent = true },
        FakeRoute.List("/access-keys", FakeAccessKeys.List),
        new("PATCH", "/access-keys/{id}", FakeAccessKeys.Change) { Body = FakeBodyRule.Required },
        new("POST", "/access-keys/{id}/revoke", FakeAccessKeys.Revoke),
        new("GET", "/access-keys/{id}/made", FakeAccessKeys.GetMade),
        new("GET", "/me", FakeCredentials.GetMe),
        new("GET", "/auth/config", FakeCredentials.GetAuthConfig) { IsPublic = true },
    ];

    /// <summary>Answers a request. A refusal becomes an answer too.</summary>
    public static FakeAnswer Answer(FakeRequest request)
    {
        try
        {
            var (route, parts) = Find(request);
            return route.Answer(request.Accept(route, parts));
        }
        catch (FakeError refused)
        {
            return FakeAnswer.Refused(refused);
        }
    }

    private static (FakeRoute Route, Dictionary<string, string> Parts) Find(FakeRequest request)
    {
        var path = request.Path.StartsWith(BasePath, StringComparison.OrdinalIgnoreCase)
            ? request.Path[BasePath.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries)
            : [];
        var methods = new List<string>();
        foreach (var route in Routes)
        {
            if (route.Match(path) is { } parts)
            {
                if (route.Method == request.Method)
                {
                    return (route, parts);
                }

                methods.Add(route.Method);
            }
        }

        throw methods.Count == 0 ? FakeErrors.NotFound("route") : FakeErrors.MethodNotAllowed([.. methods.Distinct()]);
    }
}
