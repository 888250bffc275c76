// Takes SECRONNA_API_URL and SECRONNA_TOKEN, fetches an environment's secrets, and says which they are: never what they are.
using Secronna.Client;

if (args is not [var environment])
{
    Console.Error.WriteLine("usage: FetchSecrets project/environment");
    return 2;
}

using var secronna = new SecronnaClient(new SecronnaClientOptions());
try
{
    var secrets = await secronna.FetchSecretsAsync(environment);
    Console.WriteLine($"{secrets.Count} secret(s): {string.Join(", ", secrets.Keys)}");
    return 0;
}
catch (SecronnaException refused)
{
    Console.Error.WriteLine($"Error [{refused.Code}]: {refused.Message}");
    return 1;
}
