namespace Secronna.Configuration;

/// <summary>Maps the keys of secrets to keys of configuration, which are hierarchical and ignore case.</summary>
internal static class ConfigurationKeys
{
    /// <summary>The values of secrets by their configuration keys: <c>__</c> and <c>--</c> become <c>:</c>.</summary>
    /// <param name="secrets">The secrets, with their keys on the server.</param>
    /// <exception cref="InvalidDataException">Two secrets have the same configuration key. The message names both.</exception>
    public static Dictionary<string, string?> Map(IEnumerable<(string Key, string Value)> secrets)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var origins = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in secrets)
        {
            var name = ConfigurationKey(key);
            if (!origins.TryAdd(name, key))
            {
                throw new InvalidDataException(
                    $"the secrets {origins[name]} and {key} have the same configuration key, {name}: rename or delete one of them");
            }

            values.Add(name, value);
        }

        return values;
    }

    private static string ConfigurationKey(string key) =>
        key.Replace("__", ":", StringComparison.Ordinal).Replace("--", ":", StringComparison.Ordinal);
}
