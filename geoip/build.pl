#!/usr/bin/perl
# Builds the demonstration databases from the .csv files beside it: demo-city.mmdb and demo-asn.mmdb, or into the folder that is
# given. The same sources give the same bytes. Needs MaxMind::DB::Writer (Debian: libmaxmind-db-writer-perl).
use strict;
use warnings;
use utf8;

use FindBin qw($Bin);
use MaxMind::DB::Writer::Tree;

my $EPOCH = 1_735_689_600;    # 2025-01-01: a fixed date, or every build would differ

my %TYPES = (
    autonomous_system_number       => 'uint32',
    autonomous_system_organization => 'utf8_string',
    city                           => 'map',
    code                           => 'utf8_string',
    continent                      => 'map',
    country                        => 'map',
    en                             => 'utf8_string',
    iso_code                       => 'utf8_string',
    latitude                       => 'double',
    location                       => 'map',
    longitude                      => 'double',
    names                          => 'map',
    subdivisions                   => [ 'array', 'map' ],
);

# The rows of a file: the networks, then the other columns.
sub rows {
    my ($path) = @_;
    open my $in, '<:encoding(UTF-8)', $path or die "$path: $!\n";
    my @rows;
    while ( my $line = <$in> ) {
        chomp $line;
        next if $line =~ /^\s*(?:#|$)/;
        my ( $networks, @columns ) = split /\s*,\s*/, $line;
        push @rows, [ [ split ' ', $networks ], @columns ];
    }
    return @rows;
}

sub city_record {
    my ( $continent, $country, $subdivisions, $city, $latitude, $longitude ) = @_;
    my @codes = map { { iso_code => s/^\Q$country\E-//r } } split ' ', $subdivisions;
    return {
        continent => { code     => $continent },
        country   => { iso_code => $country },
        city      => { names    => { en => $city } },
        location  => { latitude => $latitude, longitude => $longitude },
        ( @codes ? ( subdivisions => \@codes ) : () ),
    };
}

sub asn_record {
    my ( $number, $organization ) = @_;
    return {
        autonomous_system_number       => $number,
        autonomous_system_organization => $organization,
    };
}

sub build {
    my ( $name, $type, $record_of, $folder ) = @_;
    my $tree = MaxMind::DB::Writer::Tree->new(
        ip_version               => 6,
        record_size              => 24,
        database_type            => $type,
        languages                => ['en'],
        description              => { en => 'Loadstar demonstration data' },
        map_key_type_callback    => sub { $TYPES{ $_[0] } },
        alias_ipv6_to_ipv4       => 1,
        remove_reserved_networks => 0,    # the documentation networks are
    );
    $tree->_set_build_epoch($EPOCH);
    for my $row ( rows("$Bin/$name.csv") ) {
        my ( $networks, @columns ) = @$row;
        $tree->insert_network( $_, $record_of->(@columns) ) for @$networks;
    }
    open my $out, '>:raw', "$folder/$name.mmdb" or die "$folder/$name.mmdb: $!\n";
    $tree->write_tree($out);
    close $out or die "$folder/$name.mmdb: $!\n";
}

my $folder = @ARGV ? $ARGV[0] : $Bin;
build( 'demo-city', 'Loadstar-Demo-City', \&city_record, $folder );
build( 'demo-asn',  'Loadstar-Demo-ASN',  \&asn_record,  $folder );
