using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>The routes of the API, and which of them a request is for.</summary>
internal static class FakeRouter
{
    private const string Base = "/api/v1/";
    private const string BySlug = "/projects/by-slug/{projectSlug}";
    private const string EnvironmentBySlug = BySlug + "/environments/{envSlug}";

    // What is literal comes before what is not.
    private static readonly FakeRoute[] Routes =
    [
        new("POST", "/projects", FakeProjects.Create) { Body = FakeBody.Required },
        FakeRoute.List("/projects", FakeProjects.List),
        new("GET", BySlug, FakeProjects.GetBySlug),
        new("GET", "/projects/{projectId}", FakeProjects.Get),
        new("PATCH", "/projects/{projectId}", FakeProjects.Rename) { Body = FakeBody.Required },
        new("DELETE", "/projects/{projectId}", FakeProjects.Delete) { Query = ["force"] },
        FakeRoute.List("/projects/{projectId}/keys", FakeProjects.ListKeys),
        new("POST", "/projects/{projectId}/keys/rotate", FakeProjects.RotateKeys),

        new("POST", "/projects/{projectId}/environments", FakeEnvironments.Create) { Body = FakeBody.Required },
        FakeRoute.List("/projects/{projectId}/environments", FakeEnvironments.List),
        new("GET", EnvironmentBySlug, FakeEnvironments.GetBySlug),
        new("GET", "/environments/{envId}", FakeEnvironments.Get),
        new("PATCH", "/environments/{envId}", FakeEnvironments.Rename) { Body = FakeBody.Required },
        new("DELETE", "/environments/{envId}", FakeEnvironments.Delete) { Query = ["force"] },

        new("PUT", "/environments/{envId}/secrets", FakeWrites.Write) { Body = FakeBody.Required, IsIdempotent = true },
        new("POST", "/environments/{envId}/secrets/batch", FakeWrites.WriteAll)
        {
            Body = FakeBody.Required, IsIdempotent = true, MostBody = Limits.BatchBodyBytes,
        },
        FakeRoute.List("/environments/{envId}/secrets", FakeSecrets.List, "at"),
        new("GET", "/secrets/{secretId}", FakeSecrets.Get),
        new("GET", EnvironmentBySlug + "/secrets/{key}", FakeSecrets.GetByPath),
        FakeRoute.List("/secrets/{secretId}/versions", FakeSecrets.ListVersions),
        new("DELETE", "/secrets/{secretId}", FakeSecrets.Delete),
        FakeRoute.List("/search/secrets", FakeSecrets.Search, "q"),

        new("POST", "/secrets/{secretId}/reveal", FakeReveals.Reveal) { Query = ["version"] },
        new("POST", "/reveal", FakeReveals.RevealPath) { Body = FakeBody.Required },
        new("POST", "/environments/{envId}/reveal", FakeReveals.RevealEnvironment) { Body = FakeBody.Optional },
        new("POST", EnvironmentBySlug + "/reveal", FakeReveals.RevealEnvironmentBySlug) { Body = FakeBody.Optional },

        new("POST", "/secrets/{secretId}/rollback", FakeWrites.RollBack) { Body = FakeBody.Required, IsIdempotent = true },
        new("POST", "/environments/{envId}/restore", FakePast.Restore) { Body = FakeBody.Required, IsIdempotent = true },
        FakeRoute.List("/environments/{envId}/history", FakePast.History),
        new("POST", "/environments/{envId}/compare", FakePast.Compare) { Body = FakeBody.Required },

        FakeRoute.List("/audit", FakeAudit.List, FakeAudit.Filters).WithPages(Limits.AuditPageDefault, Limits.AuditPageMaximum),

        new("POST", "/api-keys", FakeCredentials.CreateApiKey) { Body = FakeBody.Required },
        FakeRoute.List("/api-keys", FakeCredentials.ListApiKeys),
        new("DELETE", "/api-keys/{id}", FakeCredentials.DeleteApiKey),
        new("POST", "/access-keys", FakeCredentials.CreateAccessKey) { Body = FakeBody.Required },
        FakeRoute.List("/access-keys", FakeCredentials.ListAccessKeys),
        new("PATCH", "/access-keys/{id}", FakeCredentials.ChangeAccessKey) { Body = FakeBody.Required },
        new("POST", "/access-keys/{id}/revoke", FakeCredentials.RevokeAccessKey),
        new("GET", "/me", FakeCredentials.Me),
        new("GET", "/auth/config", FakeCredentials.AuthConfig) { IsPublic = true },
    ];

    /// <summary>The answer to a request, refusals included.</summary>
    public static FakeAnswer Answer(FakeRequest request)
    {
        try
        {
            var (route, parts) = Find(request);
            return route.Answer(request.Begin(route, parts));
        }
        catch (FakeError refused)
        {
            return FakeAnswer.Refused(refused);
        }
    }

    private static (FakeRoute Route, Dictionary<string, string> Parts) Find(FakeRequest request)
    {
        var path = request.Path.StartsWith(Base, StringComparison.OrdinalIgnoreCase)
            ? request.Path[Base.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries)
            : [];
        var known = new List<string>();
        foreach (var route in Routes)
        {
            if (route.Match(path) is { } parts)
            {
                if (route.Method == request.Method)
                {
                    return (route, parts);
                }

                known.Add(route.Method);
            }
        }

        throw known.Count == 0 ? FakeErrors.NotFound("route") : FakeErrors.MethodNotAllowed([.. known.Distinct()]);
    }
}
