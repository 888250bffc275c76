using System.Text;
using Amazon;
using Amazon.KeyManagementService;

namespace Secronna.Server.MasterKeys.Kms;

/// <summary>Reads the settings of <see cref="AwsKmsMasterKeyProvider"/>. Error messages name the setting to change.</summary>
internal static class AwsKmsSettings
{
    // The longest id that a box can name (KeyName.FromMasterKeyId).
    private const int MaxKeyIdBytes = 128;
    private const int MaxRegionLength = 32;

    /// <summary>The ids of the keys, each once, in the order of the settings.</summary>
    /// <exception cref="SettingsException">There is no id, or one is an alias or too long.</exception>
    public static List<string> KeyIds(MasterKeySettings settings)
    {
        List<string> keyIds = [.. settings.KeyIds.Distinct(StringComparer.Ordinal)];
        if (keyIds.Count == 0)
        {
            throw new SettingsException("master key: Secronna__MasterKey__KeyIds__0 is not set: name a key by its ARN or id");
        }

        if (keyIds.Find(id => Encoding.UTF8.GetByteCount(id) > MaxKeyIdBytes || !id.All(IsOfId)) is { } other)
        {
            // It may be a credential that was set by mistake, so it is not repeated.
            throw new SettingsException(
                $"master key: Secronna__MasterKey__KeyIds__{settings.KeyIds.IndexOf(other)} is no key's ARN or id, which have at most "
                + $"{MaxKeyIdBytes} letters, digits and characters of : / _ -");
        }

        return keyIds.Find(IsAlias) is { } alias
            ? throw new SettingsException(
                $"master key: Secronna__MasterKey__KeyIds: {alias} is an alias, which can be moved to another key: name the key by its ARN or id")
            : keyIds;
    }

    /// <summary>A client for the region or the endpoint in the settings, or for the region that the AWS SDK finds.</summary>
    /// <exception cref="SettingsException">There is no region, or the endpoint would receive KEKs unencrypted.</exception>
    public static AmazonKeyManagementServiceClient Connect(MasterKeySettings settings)
    {
        if (settings.Region is { } name && !IsRegion(name))
        {
            throw new SettingsException("master key: Secronna__MasterKey__Region is not the name of a region, such as eu-central-1");
        }

        // The SDK must not retry, because the master key ring retries within its own time limits.
        var config = new AmazonKeyManagementServiceConfig { MaxErrorRetry = 0, ThrottleRetries = false, LogResponse = false };
        if (settings.Endpoint is { } endpoint)
        {
            RequireEncrypted(new Uri(endpoint));
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = settings.Region;
        }
        else if (settings.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config.RegionEndpoint is null && config.ServiceURL is null
            ? throw new SettingsException("master key: Secronna__MasterKey__Region is not set, and the AWS SDK finds no region")
            : new AmazonKeyManagementServiceClient(config);
    }

    private static bool IsOfId(char character) => char.IsAsciiLetterOrDigit(character) || character is ':' or '/' or '_' or '-';

    // The region becomes a part of host names, which messages show.
    private static bool IsRegion(string region) => region.Length <= MaxRegionLength
        && region.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    private static bool IsAlias(string id) =>
        id.StartsWith("alias/", StringComparison.Ordinal) || id.Contains(":alias/", StringComparison.Ordinal);

    // Requests contain KEKs, which nothing but TLS protects on the way.
    private static void RequireEncrypted(Uri endpoint)
    {
        if (endpoint.Scheme != Uri.UriSchemeHttps && !endpoint.IsLoopback)
        {
            throw new SettingsException($"master key: Secronna__MasterKey__Endpoint is plain HTTP to another machine ({endpoint.Host}): use https");
        }
    }
}
