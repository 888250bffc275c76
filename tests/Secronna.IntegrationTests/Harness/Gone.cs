namespace Secronna.IntegrationTests.Harness;

/// <summary>That what was deleted is not there by any way to it.</summary>
internal static class Gone
{
    public static async Task AllBelowAsync(Place place, string secretId, bool withProject)
    {
        var (api, env) = (place.Api, place.EnvironmentId);
        var bySlug = $"/projects/by-slug/{place.ProjectSlug}/environments/{place.EnvironmentSlug}";
        List<Reply> replies =
        [
            await api.GetAsync($"/environments/{env}"),
            await api.PatchAsync($"/environments/{env}", """{"name":"x"}"""),
            await api.DeleteAsync($"/environments/{env}?force=true"),
            await api.GetAsync(bySlug),
            await place.PutAsync("KEY", "v"),
            await api.PostAsync(place.Secrets + "/batch", """{"secrets":[{"key":"K","value":"v"}]}"""),
            await api.GetAsync(place.Secrets),
            await place.RevealAllAsync(),
            await api.PostAsync(bySlug + "/reveal"),
            await api.PostAsync("/reveal", $$"""{"path":"{{place.Path("KEY")}}"}"""),
            await api.GetAsync(bySlug + "/secrets/KEY"),
        ];
        if (withProject)
        {
            replies.Add(await api.GetAsync($"/projects/{place.ProjectId}"));
            replies.Add(await api.PatchAsync($"/projects/{place.ProjectId}", """{"name":"x"}"""));
            replies.Add(await api.DeleteAsync($"/projects/{place.ProjectId}?force=true"));
            replies.Add(await api.GetAsync($"/projects/by-slug/{place.ProjectSlug}"));
            replies.Add(await api.GetAsync($"/projects/{place.ProjectId}/environments"));
            replies.Add(await api.PostAsync($"/projects/{place.ProjectId}/environments", """{"name":"x"}"""));
            replies.Add(await api.GetAsync($"/projects/{place.ProjectId}/keys"));
        }

        replies.ForEach(reply => reply.IsError(404, "NOT_FOUND"));
        await SecretAsync(place, secretId);
        Xunit.Assert.Empty((await api.GetAsync("/search/secrets?q=KEY")).Is(200).Data.EnumerateArray());
    }

    public static async Task SecretAsync(Place place, string secretId)
    {
        (await place.Api.GetAsync($"/secrets/{secretId}")).IsError(404, "NOT_FOUND");
        (await place.Api.GetAsync($"/secrets/{secretId}/versions")).IsError(404, "NOT_FOUND");
        (await place.Api.DeleteAsync($"/secrets/{secretId}")).IsError(404, "NOT_FOUND");
        (await place.RevealAsync(secretId)).IsError(404, "NOT_FOUND");
        (await place.RevealAsync(secretId, 1)).IsError(404, "NOT_FOUND");
    }
}
