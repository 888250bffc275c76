namespace Secronna.IntegrationTests.Harness;

/// <summary>Asserts that no route finds deleted things.</summary>
internal static class AssertDeleted
{
    /// <summary>
    /// Asserts that no route finds an environment, anything in it or, if <paramref name="withProject"/>, its project.
    /// </summary>
    public static async Task EnvironmentAsync(TestEnvironment environment, string secretId, bool withProject)
    {
        var (api, id) = (environment.Api, environment.Id);
        var bySlug = $"/projects/by-slug/{environment.ProjectSlug}/environments/{environment.Slug}";
        List<Reply> replies =
        [
            await api.GetAsync($"/environments/{id}"),
            await api.PatchAsync($"/environments/{id}", """{"name":"x"}"""),
            await api.DeleteAsync($"/environments/{id}?force=true"),
            await api.GetAsync(bySlug),
            await environment.PutAsync("KEY", "v"),
            await api.PostAsync(environment.SecretsPath + "/batch", """{"secrets":[{"key":"K","value":"v"}]}"""),
            await api.GetAsync(environment.SecretsPath),
            await environment.RevealAllAsync(),
            await api.PostAsync(bySlug + "/reveal"),
            await api.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("KEY")}}"}"""),
            await api.GetAsync(bySlug + "/secrets/KEY"),
        ];
        if (withProject)
        {
            replies.Add(await api.GetAsync($"/projects/{environment.ProjectId}"));
            replies.Add(await api.PatchAsync($"/projects/{environment.ProjectId}", """{"name":"x"}"""));
            replies.Add(await api.DeleteAsync($"/projects/{environment.ProjectId}?force=true"));
            replies.Add(await api.GetAsync($"/projects/by-slug/{environment.ProjectSlug}"));
            replies.Add(await api.GetAsync($"/projects/{environment.ProjectId}/environments"));
            replies.Add(await api.PostAsync($"/projects/{environment.ProjectId}/environments", """{"name":"x"}"""));
            replies.Add(await api.GetAsync($"/projects/{environment.ProjectId}/keys"));
        }

        replies.ForEach(reply => reply.IsError(404, "NOT_FOUND"));
        await SecretAsync(environment, secretId);
        Xunit.Assert.Empty((await api.GetAsync("/search/secrets?q=KEY")).Is(200).Data.EnumerateArray());
    }

    /// <summary>Asserts that no route finds a secret.</summary>
    public static async Task SecretAsync(TestEnvironment environment, string secretId)
    {
        (await environment.Api.GetAsync($"/secrets/{secretId}")).IsError(404, "NOT_FOUND");
        (await environment.Api.GetAsync($"/secrets/{secretId}/versions")).IsError(404, "NOT_FOUND");
        (await environment.Api.DeleteAsync($"/secrets/{secretId}")).IsError(404, "NOT_FOUND");
        (await environment.RevealAsync(secretId)).IsError(404, "NOT_FOUND");
        (await environment.RevealAsync(secretId, 1)).IsError(404, "NOT_FOUND");
    }
}
