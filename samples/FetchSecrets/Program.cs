// Fetches the secrets of an environment, and prints their keys, never their values. The server and the token come from the
// environment variables SECRONNA_API_URL and SECRONNA_TOKEN.
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
catch (SecronnaException error)
{
    Console.Error.WriteLine($"Error [{error.Code}]: {error.Message}");
    return 1;
}
