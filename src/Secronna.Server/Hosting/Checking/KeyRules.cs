namespace Secronna.Server.Hosting.Checking;

/// <summary>Rules about master keys, and about the credentials of callers.</summary>
internal static class KeyRules
{
    /// <summary>Judges the facts.</summary>
    public static IEnumerable<Finding> Find(CheckedFacts facts)
    {
        var settings = facts.Settings;
        foreach (var provider in settings.MasterKey.Previous.Prepend(settings.MasterKey))
        {
            if (MasterKeyPlace.IsBesideData(settings, provider))
            {
                yield return new(
                    Severity.Danger, $"the master-key file {provider.File} is in the data folder",
                    "whoever copies the folder, or its backup, can read every secret", "keep the file elsewhere, and set Secronna__MasterKey__File");
            }

            if (provider.Provider == "Environment")
            {
                yield return new(
                    Severity.Advice, "the master keys are in an environment variable",
                    "the environment of a process can be read by others of its user, and gets into dumps and orchestrators' descriptions",
                    "use a file, a PKCS#11 token or AWS KMS: docs/master-keys.md");
            }
        }

        if (facts.Database is { KeysWithoutExpiry: > 0 and var count })
        {
            yield return new(
                Severity.Warning, $"{count} API key(s) and access key(s) never expire",
                "a key that was leaked and is forgotten works for ever", "give keys an expiry, and revoke those that nobody uses");
        }

        if (facts.KeysMayGrant && settings.Huudis is { Issuer: not null, RequireMfa: true })
        {
            yield return new(
                Severity.Advice, "API keys may make credentials, and have no second factor",
                "whoever holds an API key of an administrator needs no second factor for anything",
                "set Secronna__Access__KeysMayGrant=false");
        }
    }
}
